"""Rendered text as YAML documents whose nodes know the characters under them."""
