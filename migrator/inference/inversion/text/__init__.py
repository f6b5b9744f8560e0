"""Texts that a template composes, read back line by line and word by word."""
