"""One candidate set of values for one environment, rendered and scored against the target."""
