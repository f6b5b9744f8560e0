"""What objects of Argo CD and Flux deploy less than before: the owner has to hear of it before they prune it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.gitops.deployed import (
    DEPLOYING,
    Deployed,
    deployed_folders,
    foreign_repositories,
    reaches,
    written_folders,
)
from migrator.model import RepoPath, SourceSpan
from migrator.plan import Plan
from migrator.render_roots import Build
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.yamlio import dump

_SHOWN = 3


def left_behind(plan: Plan, charts: Mapping[str, RepoPath], view: RepositoryView) -> Diagnostics:
    """MIG653 for each object that deploys a folder which loses objects to charts (component -> folder of its chart)."""
    losing = _losing(plan, charts, view.builds)
    if not losing:
        return ()
    return tuple(_note(path, named, losing) for path, named in deploying(view, losing))


def deploying(view: RepositoryView, roots: Collection[RepoPath]) -> Sequence[tuple[RepoPath, Sequence[Deployed]]]:
    """The objects that deploy one of the roots, each with its file and all that it deploys here; in order."""
    written = list(written_folders(view.index))
    foreign = foreign_repositories(view.index, ((each.repository, each.folder) for _, each in written))
    objects: dict[tuple[RepoPath, str, str], list[Deployed]] = defaultdict(list)
    for path, each in (*written, *_rendered(view.builds)):
        if each.repository not in foreign:
            objects[path, each.kind, each.name].append(each)
    return [
        (path, named)
        for (path, _, _), named in sorted(objects.items())
        if any(reaches(one.folder, root) for one in named for root in roots)
    ]


def _losing(
    plan: Plan, charts: Mapping[str, RepoPath], builds: Sequence[Build]
) -> Mapping[RepoPath, frozenset[RepoPath]]:
    """Root -> the charts that render a part of its objects from now on."""
    found: dict[RepoPath, set[RepoPath]] = defaultdict(set)
    for component in plan.components:
        folder = charts.get(component.id)
        for build in builds if folder is not None else ():
            members = set(component.members.get(build.environment, ()))
            if folder is not None and any(each.id in members for each in build.resources):
                found[build.root].add(folder)
    return {root: frozenset(folders) for root, folders in sorted(found.items())}


def _rendered(builds: Sequence[Build]) -> Iterator[tuple[RepoPath, Deployed]]:
    """What the objects of the builds deploy: patches may have changed the folder of one."""
    for build in builds:
        for each in build.resources:
            if each.origin is not None and each.gvk.kind in DEPLOYING:
                found = deployed_folders(dump(dict(each.body)))
                yield from ((each.origin.path, replace(one, line=None)) for one in found)


def _note(path: RepoPath, named: Sequence[Deployed], losing: Mapping[RepoPath, frozenset[RepoPath]]) -> Diagnostic:
    roots = [root for root in losing if any(reaches(each.folder, root) for each in named)]
    folders = sorted({folder for root in roots for folder in losing[root]})
    reaching = [each for each in named if any(reaches(each.folder, root) for root in roots)]
    first = next((each for each in reaching if each.line is not None), reaching[0])
    return Diagnostic(
        code="MIG653",
        severity=Severity.WARNING,
        summary=(
            f"{first.kind} {first.name} deploys {_listed(roots)}, and would prune what comes from {_listed(folders)} "
            "from now on, which nothing deploys yet"
        ),
        span=SourceSpan(path=path, line=first.line or 0),
        remedy="let something deploy the charts before this change reaches the cluster: `--gitops argocd` or `--gitops "
        "flux` writes that, in stages that keep live objects",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
