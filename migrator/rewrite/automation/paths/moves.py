"""What is somewhere else after the rewriting: files, and the folders that moved or went with them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from migrator.discover import KUSTOMIZATION_NAMES
from migrator.model import RepoPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What became of a path."""

    path: RepoPath | None
    """Where it is now; None where no single path says it."""
    reason: str = ""
    """For None: what became of it."""
    heir: RepoPath | None = None
    """The folder of the chart that now renders all the objects that were there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The files before and after, and every path that means something else now."""

    files: Mapping[RepoPath, RepoPath | None]
    """File that left its place -> where it is now, None for nowhere."""
    before: frozenset[RepoPath]
    after: frozenset[RepoPath]
    heirs: Mapping[RepoPath, RepoPath]
    """File that is gone -> folder of the chart that renders its objects now."""
    places: Mapping[RepoPath, Place]
    """Files and folders that left their place."""
    marked: frozenset[RepoPath] = frozenset()
    """Files before with image markers of Flux, of those that left their place."""
    carried: Mapping[RepoPath, RepoPath] = field(default_factory=dict)
    """File before -> the values file of a chart that has image markers of it now."""
    images: Mapping[str, RepoPath] = field(default_factory=dict)
    """Name of an image that only charts set now -> the folder of the chart."""
    encrypted: frozenset[RepoPath] = frozenset()
    """Files before that SOPS has encrypted, of those that left their place."""
    folders: frozenset[str] = frozenset()
    """Every folder before."""

    @property
    def names(self) -> frozenset[str]:
        """Every segment of the paths that left their place, and images: a text without any of them names nothing."""
        return frozenset(name for path in self.places for name in path.split("/")) | self.images.keys()

    def stands(self, folder: RepoPath) -> bool:
        """Whether there is still such a folder."""
        return any(path.startswith(f"{folder}/") for path in self.after)


def moves_of(
    files: Mapping[RepoPath, RepoPath | None],
    before: frozenset[RepoPath],
    after: frozenset[RepoPath],
    heirs: Mapping[RepoPath, RepoPath] | None = None,
    *,
    marked: frozenset[RepoPath] = frozenset(),
    carried: Mapping[RepoPath, RepoPath] | None = None,
    images: Mapping[str, RepoPath] | None = None,
    encrypted: frozenset[RepoPath] = frozenset(),
) -> Moves:
    """The moves of files, with what they mean for the folders above them."""
    heirs = heirs or {}
    below: dict[str, set[RepoPath]] = defaultdict(set)
    for path in before:
        for folder in folders_of(path):
            below[folder].add(path)
    alive = {folder for path in after for folder in folders_of(path)}
    places = {path: _file(path, target, heirs) for path, target in files.items()}
    for folder in sorted({folder for path in files for folder in folders_of(path)}):
        found = _folder(folder, below[folder], files, heirs, is_alive=folder in alive)
        if found is not None:
            places[RepoPath(folder)] = found
    return Moves(
        files=dict(files),
        before=before,
        after=after,
        heirs=dict(heirs),
        places=dict(sorted(places.items())),
        marked=marked,
        carried=dict(carried or {}),
        images=dict(images or {}),
        encrypted=encrypted,
        folders=frozenset(below),
    )


def folders_of(path: str) -> tuple[str, ...]:
    """The folders above a path, without the root."""
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[: end + 1]) for end in range(len(parts)))


def _file(path: RepoPath, target: RepoPath | None, heirs: Mapping[RepoPath, RepoPath]) -> Place:
    if target is not None:
        return Place(path=target)
    heir = heirs.get(path)
    reason = f"its objects come from the chart {heir} now" if heir else "it is gone"
    return Place(path=None, reason=reason, heir=heir)


def _folder(
    folder: str,
    below: set[RepoPath],
    files: Mapping[RepoPath, RepoPath | None],
    heirs: Mapping[RepoPath, RepoPath],
    *,
    is_alive: bool,
) -> Place | None:
    """What became of a folder; None where it still stands for the same."""
    left = {path: files[path] for path in below if path in files}
    moved = {path: target for path, target in left.items() if target is not None}
    outside = {path: target for path, target in moved.items() if not target.startswith(f"{folder}/")}
    if is_alive and (not outside or _is_still_built(folder, below, files)):
        return None
    if len(left) == len(below) and len(moved) == len(left):
        goals = {target.removesuffix(path[len(folder) :]) for path, target in moved.items()}
        if len(goals) == 1 and all(target.endswith(path[len(folder) :]) for path, target in moved.items()):
            return Place(path=RepoPath(goals.pop()))
    held = [f"{folder}/{name}" for name in KUSTOMIZATION_NAMES if f"{folder}/{name}" in outside]
    if held:
        return Place(path=RepoPath(posixpath.dirname(outside[RepoPath(held[0])])))
    if not moved:
        found = {heirs.get(path) for path in left}
        heir = found.pop() if len(found) == 1 else None
        told = sorted({each for each in (*found, heir) if each})
        reason = f"its objects come from {_listed(told)} now" if told else "it is gone"
        return Place(path=None, reason=reason, heir=heir)
    goals = {posixpath.dirname(target) for target in outside.values()}
    return Place(path=None, reason=f"what was there is in {_listed(sorted(goals))} now")


def _is_still_built(folder: str, below: set[RepoPath], files: Mapping[RepoPath, RepoPath | None]) -> bool:
    """Whether the kustomization of a folder is where it was: whoever builds the folder gets what it got before."""
    held = {RepoPath(f"{folder}/{name}") for name in KUSTOMIZATION_NAMES} & below
    return bool(held) and held.isdisjoint(files)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name or "." for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
