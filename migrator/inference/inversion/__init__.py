"""Templates read backwards: from what should be printed to the values that print it."""
