"""Whether an edit of a YAML file leaves all else as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.load import Kustomizations
from migrator.model import Json, RepoPath
from migrator.rewrite.kustomize.removal import encoded
from migrator.yamlio import Append, Dialect, Remove, Set, decode, edit, read_value

_ADDED = "one-that-is-added.yaml"
_VALUE = "one-value"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """Of all kustomization files: read and written again, and written with one edit, which is made in turn."""

    files: int = 0
    same: int = 0
    edits: int = 0
    spans: int = 0
    """Edits that changed the lines of what they name and nothing else."""
    refused: int = 0
    """Edits that were refused with a message; the file stays as it is."""
    wrong: tuple[str, ...] = ()


def round_trips(kustomizations: Kustomizations) -> RoundTrip:
    """Every kustomization file of a repository that parses."""
    files = same = edits = spans = refused = 0
    wrong: list[str] = []
    for held in kustomizations.by_path.values():
        data = (kustomizations.index.root / held.file).read_bytes()
        files += 1
        if encoded(edit(decode(data, held.file), ()), data) == data:
            same += 1
        else:
            wrong.append(f"{held.file}: not the same with no edit")
        for name, operation, most in _operations(decode(data, held.file), held.file):
            edits += 1
            try:
                text = edit(decode(data, held.file), [operation])
            except MigrateError:
                refused += 1
                continue
            if _is_span(decode(data, held.file), text, operation, most):
                spans += 1
            else:
                wrong.append(f"{held.file}: {name}")
    return RoundTrip(files=files, same=same, edits=edits, spans=spans, refused=refused, wrong=tuple(wrong))


def _operations(text: str, path: RepoPath) -> Iterator[tuple[str, Append | Remove | Set, int]]:
    """An addition to a list, a removal from its middle, and another value; and the most lines that each may touch."""
    value = read_value(text, dialect=Dialect.KUSTOMIZE, path=path)
    if not isinstance(value, dict):
        return
    yield "append", Append(path=("resources",), value=_ADDED), 2
    yield "set", Set(path=("nameSuffix",), value=_VALUE), 1
    for key, one in value.items():
        if isinstance(one, list) and one:
            at = len(one) // 2
            yield f"remove {key}[{at}]", Remove(path=(key, at)), _lines_of(one[at]) + (len(one) == 1)


def _lines_of(value: Json) -> int:
    """The most lines that a value takes without those of comments and of long texts."""
    if isinstance(value, dict):
        return sum(1 + _lines_of(one) for one in value.values())
    if isinstance(value, list):
        return sum(1 + _lines_of(one) for one in value)
    return max(1, str(value).count("\n") + str(value).count(" ") + 1)


def _is_span(before: str, after: str, operation: Append | Remove | Set, most: int) -> bool:
    """Whether one piece of the text was exchanged, and what it lost and gained is of the operation."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    lost, won = before[first : len(before) - last], after[first : len(after) - last]
    if isinstance(operation, Remove):
        gone = _content(lost) if won.strip(" \n[]{}") == "" else _content(before) - _content(after)
        return gone <= most + 1 and (won.strip(" \n[]{}") == "" or _is_part(after, before))
    value = _ADDED if isinstance(operation, Append) else _VALUE
    added = [line for line in won.splitlines() if line.strip()]
    allowed = lost.strip(" \r\n[]{}") in won if isinstance(operation, Append) else lost.count("\n") <= 1
    return allowed and len(added) <= most + 1 and value in after


def _content(text: str) -> int:
    """How many lines are neither blank nor a comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def _is_part(part: str, whole: str) -> bool:
    """Whether the lines of one text are lines of the other, in their order: comments stay in a list that is empty."""
    rest = iter(whole.splitlines())
    return all(line in rest for line in part.splitlines())
