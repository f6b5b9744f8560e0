"""Markers of Flux's image automation on what goes into values: they go along, beside the scalar that holds it now.

`image: repo:tag # {"$imagepolicy": "ns:policy"}` becomes a marker `:tag` beside the tag and, where the values name the
repository too, `:name` beside that (fact S2). Where no single scalar holds what a marker followed, it has no place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.diagnostics import MigrateError
from migrator.lock import LockedRelease
from migrator.model import Json, KeyPath, RepoPath
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.umbrella.chart_files import Umbrella
from migrator.yamlio import Dialect, decode, read_documents, read_value, same, spans

_MARKER = re.compile(r'#\s*(?P<whole>\{\s*"\$imagepolicy"\s*:\s*"(?P<policy>[^":]+:[^":]+)(?::(?P<part>\w+))?"\s*\})')
_NO_VALUE = "no value of its chart holds that image alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A marker in a file, with the image that it follows."""

    file: RepoPath
    line: int
    policy: str
    """Namespace and name."""
    part: str
    """`tag`, `name`, another part, or empty for the whole image."""
    name: str
    tag: str
    """Empty where the marker follows the name alone."""
    causes: tuple[str, ...] = ()
    """The components with which it goes."""

    def __str__(self) -> str:
        return f"the image marker {self.policy} in {self.file}:{self.line}"


def with_markers(
    umbrellas: Mapping[str, Umbrella],
    edits: Sequence[FileEdit],
    environments: Callable[[RepoPath], frozenset[str]],
    followed: Mapping[str, Mapping[str, KeyPath]],
) -> tuple[Mapping[str, Umbrella], tuple[Blocker, ...]]:
    """The charts with the markers that `edits` would lose in their values files, and what keeps components for others.

    `environments` says which environments a file is part of, `followed` which value of a component gives an image its
    tag.
    """
    made = dict(umbrellas)
    blockers: list[Blocker] = []
    for marker in (each for edit in edits for each in _lost(edit)):
        taken = False
        for cause in marker.causes:
            if cause in made:
                place = followed.get(cause, {}).get(f"{marker.name}:{marker.tag}")
                found = _placed(made[cause], marker, place, environments(marker.file))
                taken = taken or found is not None
                made[cause] = found or made[cause]
        if not taken:
            reason = f"{marker} would be lost: {_NO_VALUE}"
            blockers += [Blocker(component=cause, reason=reason) for cause in marker.causes]
    return made, tuple(blockers)


def _lost(edit: FileEdit) -> Iterator[Marker]:
    """The markers of a file that are not in it any more."""
    if edit.before is None:
        return
    left = Counter(line.strip() for line in decode(edit.after or b"", edit.path).splitlines())
    lines = decode(edit.before, edit.path).splitlines()
    for marker in markers_of(edit.before, edit.path):
        line = lines[marker.line - 1].strip()
        if left[line]:
            left[line] -= 1
        else:
            yield replace(marker, causes=tuple(edit.cause.split(", ")))


def markers_of(data: bytes, path: RepoPath) -> Iterator[Marker]:
    """The markers of a file, with the images that they follow."""
    if b"$imagepolicy" not in data:
        return
    text = decode(data, path)
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _MARKER.search(line):
            part = found["part"] or ""
            name, tag = _image(text, number, part, path)
            yield Marker(file=path, line=number, policy=found["policy"], part=part, name=name, tag=tag)


def _image(text: str, line: int, part: str, path: RepoPath) -> tuple[str, str]:
    """Name and tag of the image on a line; empty what cannot be told."""
    try:
        documents = read_documents(text, dialect=Dialect.SIGS, path=path)
    except MigrateError:
        return "", ""
    for document in documents:
        for place, span in spans(text, path, document=document).items():
            value = _at(document.value, place)
            if span.line != line or isinstance(value, dict | list) or not place:
                continue
            above = _at(document.value, place[:-1])
            if part == "tag" and isinstance(above, dict):
                named = (above.get(key) for key in ("newName", "name", "repository", "image"))
                return next((str(each) for each in named if each), ""), str(value)
            return (str(value), "") if part == "name" else _split(str(value))
    return "", ""


def _split(image: str) -> tuple[str, str]:
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag and "@" not in image else ("", "")


def _placed(umbrella: Umbrella, marker: Marker, place: KeyPath | None, environments: frozenset[str]) -> Umbrella | None:
    """The chart with the marker in its values; None where it has no single place there."""
    wanted: dict[tuple[RepoPath, KeyPath], str] = {}
    if not marker.name or not (marker.tag or marker.part == "name"):
        return None
    for environment in sorted(environments & umbrella.releases.keys()):
        files = [RepoPath(f"{umbrella.folder}/{name}") for name in umbrella.releases[environment].values]
        held = [_value(umbrella, file) for file in files]
        inner = (umbrella.releases[environment].name, *place) if place is not None else None
        found = tuple(_scalars(_merged(held), marker, inner))
        if not found:
            continue
        for spot, part in found:
            at = max(number for number, value in enumerate(held) if _at(value, spot) is not None)
            if at == 0 and not _is_for_all(umbrella, spot, environments):
                return None
            wanted[files[at], spot] = part
    return _marked(umbrella, marker.policy, wanted) if wanted else None


def _scalars(values: Json, marker: Marker, place: KeyPath | None) -> Iterator[tuple[KeyPath, str]]:
    """The places that hold the marker's image, and which part of it each one holds."""
    if marker.part == "name":
        yield from ((spot, "name") for spot, value in _leaves(values, ()) if value == marker.name)
    elif place is not None and _at(values, place) == f"{marker.name}:{marker.tag}":
        yield place, ""
    elif place is not None and _at(values, place) == marker.tag:
        yield place, "tag"
        beside = _at(values, place[:-1]) if not marker.part else None
        same_map = beside.items() if isinstance(beside, dict) else ()
        yield from (((*place[:-1], key), "name") for key, other in same_map if other == marker.name)


def _is_for_all(umbrella: Umbrella, place: KeyPath, environments: frozenset[str]) -> bool:
    """Whether a common value may follow a marker: what the marker's file is not part of says that value itself."""

    def own(release: LockedRelease) -> bool:
        files = [RepoPath(f"{umbrella.folder}/{name}") for name in release.values[1:]]
        return any(_at(_value(umbrella, file), place) is not None for file in files)

    return all(name in environments or own(release) for name, release in umbrella.releases.items())


def _marked(umbrella: Umbrella, policy: str, wanted: Mapping[tuple[RepoPath, KeyPath], str]) -> Umbrella | None:
    files = dict(umbrella.files)
    for (file, place), part in sorted(wanted.items()):
        text = files[file].decode()
        span = spans(text, file).get(place)
        lines = text.split("\n")
        marker = f' # {{"$imagepolicy": "{policy}{f":{part}" if part else ""}"}}'
        if span is not None and lines[span.line - 1].endswith(marker):
            continue
        if span is None or "#" in lines[span.line - 1]:
            return None
        lines[span.line - 1] += marker
        files[file] = "\n".join(lines).encode()
        if not same(_read(files[file], file), _read(text.encode(), file)):
            return None
    return replace(umbrella, files=files)


def _value(umbrella: Umbrella, file: RepoPath) -> Json:
    return _read(umbrella.files[file], file)


def _read(data: bytes, file: RepoPath) -> Json:
    return read_value(data, dialect=Dialect.SIGS, path=file)


def _merged(parts: Sequence[Json]) -> Json:
    """Values as Helm merges them: maps by key, all else from the later one."""
    first, *others = parts
    for other in others:
        if isinstance(first, dict) and isinstance(other, dict):
            shared = {key: _merged([first[key], other[key]]) for key in first.keys() & other.keys()}
            first = {**first, **other, **shared}
        elif other is not None:
            first = other
    return first


def _leaves(value: Json, place: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Place and text of every text."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        if isinstance(child, str):
            yield (*place, key), child
        else:
            yield from _leaves(child, (*place, key))


def _at(value: Json, place: KeyPath) -> Json:
    for key in place:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value
