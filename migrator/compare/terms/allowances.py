"""Named, scoped, reasoned exceptions: the only way in which a difference is ever tolerated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.model import Difference, DifferenceKind, Impact, KeyPath, RepoPath, SourceSpan
from migrator.yamlio.fields import Field, FileKind, strict_file

_FILE = FileKind(
    code="MIG790", remedy="see the allowances in the reference", prefix="broken allowance: ", is_read_once=True
)
_FIELDS = frozenset({"id", "description", "impact", "reason", "scope"})
_ORDER = "order"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SCOPE_FIELDS = frozenset({"kinds", "paths", "differences", "namespaces", "names"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an allowance holds, in patterns of the shell (`*`, `?`); `**` in a path is any number of keys."""

    kinds: tuple[str, ...]
    """`Kind` for any group, `Kind.group` for one."""
    paths: tuple[tuple[str, ...], ...]
    """Keys from the root of the object; an empty path is the whole object."""
    differences: tuple[DifferenceKind, ...]
    order: bool = True
    """Also another order of a list's items."""
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
    file: str = ""
    """The team's file that holds it; empty for one that ships."""

    def admits(self, difference: Difference) -> bool:
        resource = difference.resource
        return (
            (self.scope.order if difference.is_order else difference.kind in self.scope.differences)
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


def load_allowances(directories: Iterable[Path]) -> tuple[Allowance, ...]:
    """The allowances that ship, of all `*.yaml` files in the folders, sorted by id; a folder may not be there.

    Raises MigrateError (MIG790) naming file, line and field for a file that is not as documented, and for an id that
    occurs twice: an exception that does not load must not vanish silently.
    """
    files = [path for directory in directories for path in sorted(directory.glob("*.yaml"))]
    return _loaded((path, RepoPath(path.as_posix())) for path in files)


def load_team_allowances(root: Path, folder: RepoPath, shipped: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """The allowances of a team, in a folder of its repository, sorted by id.

    Errors as `load_allowances`; also for an id that one of ours has, and for a scope that is none.
    """
    files = [path for path in sorted((root / folder).glob("*")) if path.suffix in {".yaml", ".yml"}]
    found = ((path, RepoPath(path.relative_to(root).as_posix())) for path in files)
    return _loaded(found, reserved={each.id for each in shipped}, is_team=True)


def _loaded(
    files: Iterable[tuple[Path, RepoPath]], *, reserved: Collection[str] = (), is_team: bool = False
) -> tuple[Allowance, ...]:
    found: dict[str, Allowance] = {}
    for path, shown in files:
        file = _file(path, shown)
        allowance = _allowance(file)
        if allowance.id in found:
            raise file.child("id").error(f"{allowance.id} is there already")
        if is_team:
            _check_id(file.child("id"), allowance.id, reserved)
            _check_scope(file.child("scope"), allowance.scope)
            allowance = replace(allowance, file=str(shown))
        found[allowance.id] = allowance
    return tuple(found[name] for name in sorted(found))


def _check_id(held: Field, name: str, reserved: Collection[str]) -> None:
    if not _ID.fullmatch(name):
        raise held.error(f"{name!r} must be lower-case letters, digits and single dashes")
    if _plain(name) in {_plain(each) for each in reserved}:
        raise held.error(f"{name} reads as an allowance that ships with migrate: choose another id")


def _plain(name: str) -> str:
    """An id as the eye takes it: `0` for o, `1` for l, a dash more or less."""
    return name.replace("-", "").translate(str.maketrans("015", "ols"))


def _check_scope(held: Field, scope: Scope) -> None:
    """A scope of everything is none, however it is spelled."""
    for position, path in enumerate(scope.paths):
        at = held.child("paths").listed()[position]
        if path and _has_wildcard(path[0]):
            raise at.error("must begin with a key: a path that holds anywhere is not a scope")
        if all(map(_has_wildcard, path[1:])) and any(_has_wildcard(kind.partition(".")[0]) for kind in scope.kinds):
            raise at.error("is about whole objects of any kind: name the kinds, or a place further in")


def _has_wildcard(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


def _file(file: Path, path: RepoPath) -> Field:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise MigrateError.of(
            "MIG790", f"cannot read the allowance: {error.strerror}", span=SourceSpan(path=path)
        ) from None
    return strict_file(data, path, _FILE)


def _allowance(file: Field) -> Allowance:
    file.needed().refuse_others(_FIELDS)
    scope = file.child("scope").needed()
    scope.refuse_others(_SCOPE_FIELDS)
    kinds, order = _kinds(scope.child("differences"))
    return Allowance(
        id=file.child("id").text().strip(),
        description=file.child("description").text().strip(),
        impact=_impact(file.child("impact")),
        reason=file.child("reason").text().strip(),
        scope=Scope(
            kinds=_texts(scope.child("kinds")),
            paths=tuple(_path(item) for item in _items(scope.child("paths"))),
            differences=kinds,
            order=order,
            namespaces=_patterns(scope.child("namespaces")),
            names=_patterns(scope.child("names")),
        ),
    )


def _items(held: Field) -> list[Field]:
    items = held.listed()
    if not items:
        raise held.error("must be a list with at least one item")
    return items


def _texts(held: Field) -> tuple[str, ...]:
    return tuple(item.text().strip() for item in _items(held))


def _patterns(held: Field) -> tuple[str, ...]:
    return ("*",) if held.value is None else _texts(held)


def _kinds(held: Field) -> tuple[tuple[DifferenceKind, ...], bool]:
    """The kinds of difference, and whether another order is one; a list of which items changed is one, too."""
    words = [*(kind.value for kind in DifferenceKind), _ORDER]
    if held.value is None:
        return (DifferenceKind.ADDED, DifferenceKind.REMOVED, DifferenceKind.CHANGED), True
    found = [item.one_of(words) for item in _items(held)]
    kinds = tuple(DifferenceKind(word) for word in found if word != _ORDER)
    return kinds, _ORDER in found or DifferenceKind.CHANGED in kinds


def _path(held: Field) -> tuple[str, ...]:
    if not isinstance(held.value, list):
        raise held.error("must be a list of keys, such as [metadata, labels, chart]")
    if held.value and held.value[0] == "**":
        raise held.error("must begin with a key: a path that holds anywhere is not a scope")
    return tuple(str(key) for key in held.value)


def _impact(held: Field) -> Impact:
    try:
        return Impact.parse(held.text())
    except ValueError as error:
        raise held.error(str(error)) from None
