"""The events of a YAML text, as libyaml sees them: the one place that knows how PyYAML hands them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class SyntaxProblem(Exception):  # noqa: N818 - who knows the file makes an error of it
    """What is wrong with a text and where: line and column from 1, 0 where they are not known."""

    def __init__(self, problem: str, *, context: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(f"{problem} {context}" if context else problem)
        self.problem = problem
        self.line = line
        self.column = column


@contextmanager
def parsing(text: str) -> Iterator[Callable[[], Any]]:
    """A function that returns the next event of the text at each call; SyntaxProblem where libyaml finds none.

    PyYAML's pure parser has the same events and marks, but takes some twenty times as long.
    """
    from yaml import CSafeLoader, YAMLError

    try:
        yield CSafeLoader(text).get_event
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise SyntaxProblem("a lone surrogate is not a character", line=line) from None
    except YAMLError as error:
        raise _problem(text, error) from None


def _problem(text: str, error: Any) -> SyntaxProblem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character that YAML does not allow; libyaml counts bytes here
        before = text.encode()[: int(getattr(error, "position", 0) or 0)]
        return SyntaxProblem(str(getattr(error, "reason", error)), line=before.count(b"\n") + 1)
    problem = error.problem or error.context or "syntax error"
    context = error.context if error.context and error.context != problem else ""
    return SyntaxProblem(problem, context=context, line=mark.line + 1, column=mark.column + 1)
