"""What is to be said of a plan beside its decisions."""
