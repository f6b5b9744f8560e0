"""File edits as a unified diff for a person; what derives from a Secret is shown as a digest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets
    from migrator.rewrite import FileEdit

_NULL = "/dev/null"
_VALUE = re.compile(r"^(?P<head>\s*(?:- )*(?:[^\s:=#][^:=]*(?::\s+|=))?)(?P<value>.*?)(?P<tail>\s*(?:\s#.*)?)$")
_SHORT = 4
_NUMBER = re.compile(r"-?[\d.]{1,3}")
"""Too short to be secret where it is a number; data of a Secret are texts."""
_NO_NEWLINE = "\\ No newline at end of file"


def unified_diff(edits: Iterable[FileEdit], secrets: Secrets) -> str:
    """The edits as `git diff` shows them, by path; moved files as renames."""
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
    lines = []
    for edit in found:
        if edit.after is None and edit.path in moved:
            continue
        source = edit.moved_from if edit.moved_from in gone else None
        before = gone[source] if source is not None else edit.before
        lines += [_shown(line, secrets, inner) for line in _file(edit, before, source)]
    return "".join(f"{line}\n" for line in lines)


def _file(edit: FileEdit, before: bytes | None, source: str | None) -> Iterator[str]:
    old = source or edit.path
    yield f"diff --git a/{old} b/{edit.path}"
    if source is not None:
        yield f"rename from {source}"
        yield f"rename to {edit.path}"
    elif before is None:
        yield "new file mode 100644"
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
