"""Named, scoped, reasoned exceptions: the only way in which a difference is ever tolerated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from migrator.compare.difference import with_allowance
from migrator.diagnostics import MigrateError
from migrator.model import Difference, DifferenceKind, Impact, Json, KeyPath, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value, spans

_FIELDS = frozenset({"id", "description", "impact", "reason", "scope"})
_SCOPE_FIELDS = frozenset({"kinds", "paths", "differences", "namespaces", "names"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an allowance holds, in patterns of the shell (`*`, `?`); `**` in a path is any number of keys."""

    kinds: tuple[str, ...]
    """`Kind` for any group, `Kind.group` for one."""
    paths: tuple[tuple[str, ...], ...]
    """Keys from the root of the object; an empty path is the whole object."""
    differences: tuple[DifferenceKind, ...]
    namespaces: tuple[str, ...] = ("*",)
    names: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A difference that may be. It never reaches beyond its impact, and never admits a widened privilege."""

    id: str
    description: str
    impact: Impact
    reason: str
    scope: Scope

    def admits(self, difference: Difference) -> bool:
        resource = difference.resource
        return (
            difference.kind in self.scope.differences
            and difference.impact <= self.impact
            and not difference.privilege
            and any(_is_kind(pattern, difference) for pattern in self.scope.kinds)
            and any(fnmatchcase(resource.namespace, pattern) for pattern in self.scope.namespaces)
            and any(fnmatchcase(resource.name, pattern) for pattern in self.scope.names)
            and any(_is_at(pattern, difference.path) for pattern in self.scope.paths)
        )


def _is_kind(pattern: str, difference: Difference) -> bool:
    resource = difference.resource
    return fnmatchcase(resource.kind, pattern) or fnmatchcase(f"{resource.kind}.{resource.group}", pattern)


def _is_at(pattern: Sequence[str], path: KeyPath) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_is_at(pattern[1:], path[depth:]) for depth in range(len(path) + 1))
    return bool(path) and fnmatchcase(str(path[0]), pattern[0]) and _is_at(pattern[1:], path[1:])


def apply_allowances(
    differences: Iterable[Difference], allowances: Sequence[Allowance], accepted: Collection[str] = ()
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """The differences, each with the first allowance (by id) that admits it, and the ids that matched nothing.

    Among the stale ids are those of `accepted` differences that do not exist.
    """
    ordered = sorted(allowances, key=lambda allowance: allowance.id)
    used: set[str] = set()
    result: list[Difference] = []
    for difference in differences:
        admitting = next((allowance for allowance in ordered if allowance.admits(difference)), None)
        if difference.id in accepted:
            used.add(difference.id)
        if admitting is not None:
            used.add(admitting.id)
        result.append(with_allowance(difference, admitting.id) if admitting else difference)
    stale = sorted({*(allowance.id for allowance in allowances), *accepted} - used)
    return tuple(result), tuple(stale)


def load_allowances(directories: Iterable[Path]) -> tuple[Allowance, ...]:
    """The allowances of all `*.yaml` files in the folders, sorted by id; a folder that is not there holds none.

    Raises MigrateError (MIG790) naming file, line and field for a file that is not as documented, and for an id that
    occurs twice: an exception that does not load must not vanish silently.
    """
    found: dict[str, Allowance] = {}
    for directory in directories:
        for file in sorted(directory.glob("*.yaml")):
            allowance = _load(file)
            if allowance.id in found:
                raise _broken(RepoPath(file.as_posix()), (), "id", f"{allowance.id} is there already", {})
            found[allowance.id] = allowance
    return tuple(found[name] for name in sorted(found))


def _load(file: Path) -> Allowance:
    path = RepoPath(file.as_posix())
    try:
        data = file.read_bytes()
    except OSError as error:
        raise MigrateError.of(
            "MIG790", f"cannot read the allowance: {error.strerror}", span=SourceSpan(path=path)
        ) from None
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    reader = _Fields(path=path, places=spans(data, path))
    fields = reader.mapping((), value, _FIELDS, required=_FIELDS)
    scope = reader.mapping(("scope",), fields["scope"], _SCOPE_FIELDS, required=frozenset({"kinds", "paths"}))
    kinds = scope.get("differences", ["added", "removed", "changed"])
    return Allowance(
        id=reader.text(("id",), fields["id"]),
        description=reader.text(("description",), fields["description"]),
        impact=reader.impact(("impact",), fields["impact"]),
        reason=reader.text(("reason",), fields["reason"]),
        scope=Scope(
            kinds=reader.texts(("scope", "kinds"), scope["kinds"]),
            paths=reader.paths(("scope", "paths"), scope["paths"]),
            differences=tuple(
                reader.kind(("scope", "differences"), kind) for kind in reader.items(("scope", "differences"), kinds)
            ),
            namespaces=reader.texts(("scope", "namespaces"), scope.get("namespaces", ["*"])),
            names=reader.texts(("scope", "names"), scope.get("names", ["*"])),
        ),
    )


def _broken(
    path: RepoPath, place: KeyPath, field: str, problem: str, places: Mapping[KeyPath, SourceSpan]
) -> MigrateError:
    span = places.get(place, SourceSpan(path=path))
    return MigrateError.of(
        "MIG790", f"broken allowance: {field}: {problem}", span=span, remedy="see the allowances in the reference"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """Checks of one file, each error with file, line and field."""

    path: RepoPath
    places: Mapping[KeyPath, SourceSpan]

    def error(self, place: KeyPath, problem: str) -> MigrateError:
        return _broken(self.path, place, ".".join(map(str, place)) or "the file", problem, self.places)

    def mapping(
        self, place: KeyPath, value: Json, known: frozenset[str], required: frozenset[str]
    ) -> Mapping[str, Json]:
        if not isinstance(value, Mapping):
            raise self.error(place, "must be a mapping")
        for key in value:
            if key not in known:
                raise self.error((*place, key), f"unknown field; one of {', '.join(sorted(known))}")
        for key in sorted(required - value.keys()):
            raise self.error(place, f"lacks {key}")
        return value

    def text(self, place: KeyPath, value: Json) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.error(place, "must be text")
        return value.strip()

    def items(self, place: KeyPath, value: Json) -> list[Json]:
        if not isinstance(value, list) or not value:
            raise self.error(place, "must be a list with at least one item")
        return value

    def texts(self, place: KeyPath, value: Json) -> tuple[str, ...]:
        return tuple(self.text((*place, index), item) for index, item in enumerate(self.items(place, value)))

    def paths(self, place: KeyPath, value: Json) -> tuple[tuple[str, ...], ...]:
        found: list[tuple[str, ...]] = []
        for index, item in enumerate(self.items(place, value)):
            if not isinstance(item, list):
                raise self.error((*place, index), "must be a list of keys, such as [metadata, labels, chart]")
            if item and item[0] == "**":
                raise self.error((*place, index), "must begin with a key: a path that holds anywhere is not a scope")
            found.append(tuple(str(key) for key in item))
        return tuple(found)

    def impact(self, place: KeyPath, value: Json) -> Impact:
        try:
            return Impact.parse(self.text(place, value))
        except ValueError as error:
            raise self.error(place, str(error)) from None

    def kind(self, place: KeyPath, value: Json) -> DifferenceKind:
        try:
            return DifferenceKind(value)
        except ValueError:
            words = ", ".join(kind.value for kind in DifferenceKind)
            raise self.error(place, f"{value!r} is none of {words}") from None
