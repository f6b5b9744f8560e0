"""Assignments: values set on top of a chart's defaults, and paths with wildcards."""
