"""The passes of a search, each in a file of its own; `search/loop.py` puts them in order."""
