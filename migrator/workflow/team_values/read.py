"""A file of values -> its tree, with the lines and the comments of its keys."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.inference.assignments.values_tree import value_at
from migrator.model import KeyPath, RepoPath, SourceSpan
from migrator.workflow.team_values.types import TeamValues
from migrator.yamlio import Dialect, comments, decode, read_value, spans

T = TypeVar("T")
WIDTH = 72
"""Columns of a line of a kept comment."""
_SECRET = re.compile(r"(pass|secret|token|key|cert|credential)\w*\s*[:=]\s*\S", re.IGNORECASE)


def read_values(data: bytes, path: RepoPath, *, is_named: bool) -> TeamValues | Diagnostic | None:
    """The values of a file, a diagnostic (MIG511) for one that is none, None for an empty or an encrypted one."""
    try:
        value = read_value(data, dialect=Dialect.SIGS, path=path)
    except MigrateError as error:
        place, why = error.diagnostic.span or SourceSpan(path=path), error.diagnostic.summary
        return _unusable(place, f"it cannot be read: {why}")
    if not value:
        return None
    if not isinstance(value, Mapping):
        return _unusable(SourceSpan(path=path, line=1), "it is not a mapping")
    if isinstance(value.get("sops"), Mapping):
        return None
    lines = {place: span.line for place, span in spans(data, path).items()}
    return TeamValues(
        path=path, values=value, lines=lines, comments=dict(_kept(decode(data, path), lines)), is_named=is_named
    )


def below(found: TeamValues, prefix: KeyPath) -> TeamValues | None:
    """What a file holds under a path, as a file of its own; None where that is no mapping."""
    tree = value_at(found.values, prefix)
    if not isinstance(tree, Mapping) or not tree:
        return None
    return TeamValues(
        path=found.path,
        values=tree,
        lines=_below(found.lines, prefix),
        comments=_below(found.comments, prefix),
        is_named=found.is_named,
    )


def _below(found: Mapping[KeyPath, T], prefix: KeyPath) -> dict[KeyPath, T]:
    size = len(prefix)
    return {path[size:]: value for path, value in found.items() if path[:size] == prefix and len(path) > size}


def _unusable(place: SourceSpan, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG511",
        severity=Severity.WARNING,
        summary=f"values of the team are set aside: {why}",
        span=place,
        remedy="correct the file; the search goes on without it",
    )


def _kept(text: str, lines: Mapping[KeyPath, int]) -> Iterator[tuple[KeyPath, str]]:
    """The comments above or behind keys; those that look like a secret, and those that stand apart, are left out."""
    written = text.splitlines()
    told = {line: said.lstrip("#").strip() for line, said in comments(text) if not _SECRET.search(said)}
    alone = {line for line in told if written[line - 1].lstrip().startswith("#")}
    for path, line in lines.items():
        if not path or isinstance(path[-1], int):
            continue
        above = line
        while above - 1 in alone:
            above -= 1
        found = [told[each] for each in range(above, line)]
        if line in told and line not in alone:
            found.append(told[line])
        said = _wrapped([each for each in found if each])
        if said:
            yield path, said


def _wrapped(found: Sequence[str]) -> str:
    return "\n".join(line for each in found for line in textwrap.wrap(each, WIDTH, break_long_words=False))
