"""Makefiles, shell and Python scripts: the paths that their commands name."""
