"""The command line. Importing it loads click and nothing heavier: each command imports what it needs when it runs."""

from migrator.cli.app import main

__all__ = ["main"]
