"""Searches of their own for what the loop does not reach, each run in its turn."""
