"""Results that are little more than lines of text."""
