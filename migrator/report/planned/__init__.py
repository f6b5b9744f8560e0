"""The plan for a person at a terminal: what a pull request would say, and under --verbose all the rest."""
