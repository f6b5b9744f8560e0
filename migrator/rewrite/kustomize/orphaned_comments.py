"""Comments that go with what moves: no value has a place for them, so a person has to look at them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.model import SourceSpan
from migrator.rewrite.edits import FileEdit
from migrator.yamlio import comments, decode

_RENDERED = re.compile(rb"^# Source: ", re.MULTILINE)
"""How Helm begins what it renders: the comments of such a file are the chart's."""


def lost_comments(edits: Iterable[FileEdit]) -> Iterator[Diagnostic]:
    """One note (MIG613) for each component with which comments go; what Helm has written is nobody's."""
    found: dict[str, list[SourceSpan]] = defaultdict(list)
    for edit in edits:
        if edit.path.endswith((".yaml", ".yml")):
            found[edit.cause] += _gone(edit)
    for cause, places in sorted(found.items()):
        if places:
            yield Diagnostic(
                code="MIG613",
                severity=Severity.INFO,
                summary=f"{cause}: {len(places)} comment{'s go' if len(places) > 1 else ' goes'} with what moves",
                span=places[0],
                remedy="write into values.yaml what is worth to be kept of them",
                evidence=tuple(map(str, places[1:])),
            )


def _gone(edit: FileEdit) -> Iterator[SourceSpan]:
    if edit.before is None or b"#" not in edit.before or _RENDERED.search(edit.before):
        return
    try:
        before = comments(decode(edit.before, edit.path))
        left = Counter(text for _, text in comments(decode(edit.after or b"", edit.path)))
    except MigrateError:
        return
    for line, text in before:
        if left[text] > 0:
            left[text] -= 1
        elif text.strip("# -="):
            yield SourceSpan(path=edit.path, line=line)
