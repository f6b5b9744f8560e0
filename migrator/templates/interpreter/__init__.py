"""Runs the templates of a chart as Helm does, and the branches that are not taken beside them."""
