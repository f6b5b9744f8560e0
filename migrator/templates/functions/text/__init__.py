"""Functions on text: cases, patterns, quoting."""
