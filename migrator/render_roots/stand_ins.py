"""Files that generators name and the repository does not hold: in copies, empty ones stand in for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.diagnostics import Diagnostic, Severity
from migrator.load import Kustomizations, Reach, ReferenceKind
from migrator.model import RepoPath

GENERATORS = frozenset({"configMapGenerator", "secretGenerator"})
_COPYING = frozenset({"replacements", "vars"})
"""Fields by which the content of one object reaches others."""


def stand_ins(reach: Reach, kustomizations: Kustomizations) -> tuple[RepoPath, ...]:
    """The missing files without which a root does not build; none where something else is missing as well.

    Scripts and secrets are often made or fetched by a pipeline. What is generated of them is known by name and place
    then, and its content is nobody's business: so nothing stands in where a root copies content to other objects.
    """
    held = [kustomizations.by_path[path] for path in reach.directories if path in kustomizations.by_path]
    if any(key in _COPYING for each in held for key in each.fields):
        return ()
    paths = {each.path for each in reach.missing if each.field in GENERATORS and each.path is not None}
    if len({each.path for each in reach.missing}) != len(paths):
        return ()
    return tuple(sorted(path for path in paths if not (kustomizations.index.root / path).exists()))


def stood_in(kustomizations: Kustomizations) -> frozenset[RepoPath]:
    """The kustomization files of whose generators a file is missing."""
    return frozenset(
        held.file
        for held in kustomizations.by_path.values()
        for each in held.references
        if each.field in GENERATORS and each.kind is ReferenceKind.MISSING
    )


def put(stage: Path, paths: Iterable[RepoPath]) -> None:
    """Leave an empty file at each path of a copy."""
    for path in paths:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        (stage / path).touch()


def notice(root: RepoPath, reach: Reach, paths: Iterable[RepoPath]) -> Diagnostic:
    """What to tell of a root that was built so."""
    shown = ", ".join(paths)
    return Diagnostic(
        code="MIG216",
        severity=Severity.WARNING,
        summary=f"{root} is built with an empty file in the place of {shown}, which is not in the repository",
        span=reach.missing[0].span,
        remedy="what is generated of it stays as it is; put the file there to have its content compared as well",
    )
