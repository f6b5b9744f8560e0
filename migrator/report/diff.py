"""File edits as a unified diff for a person; what derives from a Secret is shown as a digest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.plan.groups import plural
from migrator.report.planned.facts import DONE
from migrator.report.visible import visible, visible_lines

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets
    from migrator.rewrite import FileEdit

_NULL = "/dev/null"
_VALUE = re.compile(r"^(?P<head>\s*(?:- )*(?:[^\s:=#][^:=]*(?::\s+|=))?)(?P<value>.*?)(?P<tail>\s*(?:\s#.*)?)$")
_SHORT = 4
_NUMBER = re.compile(r"-?[\d.]{1,3}")
"""Too short to be secret where it is a number; data of a Secret are texts."""
_NO_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """What becomes of one file, as lines of a diff that may be shown."""

    edit: FileEdit
    lines: tuple[str, ...]
    hidden: int
    """Lines that stand as digests here."""

    @property
    def why_not(self) -> str:
        """Why git cannot apply it; empty where it can."""
        if self.hidden:
            return f"{self.edit.path}: {plural(self.hidden, 'line')} with a secret shown as a digest"
        return f"{self.edit.path}: is not a text" if self.lines[-1].startswith("Binary files ") else ""

    @property
    def counts(self) -> tuple[int, int]:
        """Lines that come, and lines that go."""
        body = [each for each in self.lines if not each.startswith(("--- ", "+++ "))]
        return sum(each[:1] == "+" for each in body), sum(each[:1] == "-" for each in body)


def shown_diff(edits: Iterable[FileEdit], secrets: Secrets, *, is_terminal: bool = False, folds: bool = False) -> str:
    """What changes file by file in a line each, whether git can apply what follows, and the diff; deletions last.

    With `folds` nothing is shown of deleted files but their names.
    """
    found = sorted(_file_diffs(edits, secrets), key=lambda each: each.edit.after is None)
    lines = [line for each in found for line in _folded(each, folds=folds)]
    text = "".join(f"{line}\n" for line in (*_stat(found, folds=folds), *lines))
    return visible_lines(text) if is_terminal else text


def unified_diff(edits: Iterable[FileEdit], secrets: Secrets) -> str:
    """The edits as `git diff` shows them, by path; moved files as renames."""
    return "".join(f"{line}\n" for each in _file_diffs(edits, secrets) for line in each.lines)


def _stat(found: Sequence[FileDiff], *, folds: bool) -> Iterator[str]:
    width = max((len(visible(each.edit.path)) for each in found), default=0)
    for each in found:
        moved = f", moved from {visible(each.edit.moved_from)}" if each.edit.moved_from is not None else ""
        added, removed = each.counts
        yield f" {visible(each.edit.path):<{width}} | +{added} -{removed} {DONE[each.edit.action]}{moved}"
    added, removed = (sum(each.counts[side] for each in found) for side in (0, 1))
    yield f" {plural(len(found), 'file')}, +{added} -{removed} lines"
    reasons = [each.why_not for each in found if each.why_not]
    if folds and any(each.edit.after is None for each in found):
        yield " What deleted files held is not shown: --verbose, or redirect it."
    if reasons:
        yield " git apply refuses this diff; migrate apply writes what it stands for. Why:"
        yield from (f"   {visible(each)}" for each in reasons)
    yield ""


def _folded(each: FileDiff, *, folds: bool) -> Sequence[str]:
    return each.lines[:2] if folds and each.edit.after is None else each.lines


def _file_diffs(edits: Iterable[FileEdit], secrets: Secrets) -> Iterator[FileDiff]:
    found = sorted((edit for edit in edits if edit.before != edit.after), key=lambda edit: edit.path)
    moved = {edit.moved_from: edit for edit in found if edit.moved_from is not None}
    gone = {edit.path: edit.before for edit in found if edit.after is None}
    inner = frozenset(
        line.strip()
        for text in secrets.whole
        if "\n" in text
        for line in text.splitlines()
        if len(line.strip()) >= _SHORT
    )
    for edit in found:
        if edit.after is None and edit.path in moved:
            continue
        source = edit.moved_from if edit.moved_from in gone else None
        lines = tuple(_file(edit, gone[source] if source is not None else edit.before, source))
        shown = tuple(_shown(line, secrets, inner) for line in lines)
        hidden = sum(one != other for one, other in zip(lines, shown, strict=True))
        yield FileDiff(edit=edit, lines=shown, hidden=hidden)


def _file(edit: FileEdit, before: bytes | None, source: str | None) -> Iterator[str]:
    old = source or edit.path
    yield f"diff --git a/{old} b/{edit.path}"
    if source is not None:
        yield f"rename from {source}"
        yield f"rename to {edit.path}"
    elif before is None:
        yield f"new file mode {'100755' if edit.is_executable else '100644'}"
    elif edit.after is None:
        yield "deleted file mode 100644"
    if before == edit.after:
        return
    names = (f"a/{old}" if before is not None else _NULL, f"b/{edit.path}" if edit.after is not None else _NULL)
    try:
        one, other = _lines(before), _lines(edit.after)
    except UnicodeDecodeError:
        yield f"Binary files {names[0]} and {names[1]} differ"
        return
    for line in difflib.unified_diff(one, other, *names, lineterm=""):
        text = line.removesuffix("\n")
        yield text
        if line[:1] in "+- " and not line.endswith("\n") and not line.startswith(("--- ", "+++ ")):
            yield _NO_NEWLINE


def _lines(data: bytes | None) -> Sequence[str]:
    """The lines with their ends; a carriage return is no end."""
    parts = (data or b"").decode("utf-8").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _shown(line: str, secrets: Secrets, inner: frozenset[str]) -> str:
    if line[:1] not in ("+", "-", " ") or line.startswith(("--- ", "+++ ")):
        return line
    sign, text = line[0], line[1:]
    if text.strip() in inner:
        return f"{sign}{secrets.digest(text.strip())}"
    found = _VALUE.match(text)
    if found is not None:
        bare = found["value"].strip().strip("\"'")
        if found["head"].rstrip().endswith(":") and _NUMBER.fullmatch(found["value"].strip()):
            return line
        if bare and (bare in inner or secrets.is_secret(bare)):
            return f"{sign}{found['head']}{secrets.digest(bare)}{found['tail']}"
    return sign + secrets.redact_line(text)
