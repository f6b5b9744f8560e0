"""What stops a template, as Go's template engine would say it."""

from __future__ import annotations


class TemplateError(Exception):
    """Rendering fails here, as it would in Helm."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StopError(TemplateError):
    """An error after which nothing of the template runs any more, not even to be looked at."""
