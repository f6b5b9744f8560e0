"""Differences between target and render: where they are, and how large."""
