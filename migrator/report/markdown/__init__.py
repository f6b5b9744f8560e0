"""Markdown for a pull request: the summary first, long blocks folded, never longer than GitHub takes."""
