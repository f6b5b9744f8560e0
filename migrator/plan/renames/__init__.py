"""Objects that a chart makes under another name."""
