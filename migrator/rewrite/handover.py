"""What objects of Argo CD and Flux deploy less than before: the owner has to hear of it before they prune it."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from migrator.build import Build
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.model import RepoPath, SourceSpan
from migrator.plan import Plan
from migrator.rewrite.automation.gitops import Deployed, deployed_folders, has_gitops
from migrator.yamlio import YamlError

_MAX = 1 << 20
_SHOWN = 3
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_WILD = re.compile(r"\{\{.*?\}\}|\*\*|\*|\?")


def left_behind(plan: Plan, charts: Mapping[str, RepoPath], builds: Sequence[Build], index: Index) -> Diagnostics:
    """MIG653 for each object that deploys a folder which loses objects to charts (component -> folder of its chart)."""
    losing = _losing(plan, charts, builds)
    if not losing:
        return ()
    known = {RepoPath(folder) for path in index.files for folder in _folders(path)}
    texts = dict(_texts(index))
    foreign = {
        each.repository
        for found in texts.values()
        for each in found
        if not _WILD.search(each.folder) and _place(each.folder) not in known
    }
    return tuple(
        _note(path, named, losing)
        for path, found in texts.items()
        for each in _objects(found)
        if (named := [one for one in each if one.repository not in foreign])
        and any(_reaches(one.folder, root) for one in named for root in losing)
    )


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


def _texts(index: Index) -> Iterator[tuple[RepoPath, tuple[Deployed, ...]]]:
    for path, entry in sorted(index.files.items()):
        if entry.link is not None or not path.endswith((".yaml", ".yml")) or index.submodule_of(path) is not None:
            continue
        data = index.read(path)
        if len(data) <= _MAX and has_gitops(data):
            with suppress(UnicodeDecodeError, YamlError):
                yield path, deployed_folders(data.decode("utf-8"))


def _objects(found: Sequence[Deployed]) -> Iterator[Sequence[Deployed]]:
    """What each object of a file deploys."""
    for number in sorted({each.document for each in found}):
        yield [each for each in found if each.document == number]


def _reaches(folder: str, root: RepoPath) -> bool:
    """Whether a path, a pattern or a template names a root; what is nothing but a template names none by itself."""
    text = _place(folder)
    if not _TEMPLATE.sub("", text).strip("/*?."):
        return False
    signs = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts, at = [], 0
    for wild in _WILD.finditer(text):
        parts += [re.escape(text[at : wild.start()]), signs.get(wild[0], "[^/]*")]
        at = wild.end()
    return re.fullmatch("".join((*parts, re.escape(text[at:]))), root) is not None


def _place(folder: str) -> RepoPath:
    """The folder that is meant: a kustomization stands for the one that it lies in."""
    text = posixpath.normpath(folder.lstrip("/") or ".")
    return (
        RepoPath(posixpath.dirname(text) or ".") if posixpath.basename(text) in KUSTOMIZATION_NAMES else RepoPath(text)
    )


def _folders(path: RepoPath) -> Iterator[str]:
    parts = path.split("/")
    return (("/".join(parts[:end]) or ".") for end in range(len(parts)))


def _note(path: RepoPath, named: Sequence[Deployed], losing: Mapping[RepoPath, frozenset[RepoPath]]) -> Diagnostic:
    roots = [root for root in losing if any(_reaches(each.folder, root) for each in named)]
    folders = sorted({folder for root in roots for folder in losing[root]})
    first = next(each for each in named if any(_reaches(each.folder, root) for root in roots))
    are = "are charts" if len(folders) > 1 else "is a chart"
    return Diagnostic(
        code="MIG653",
        severity=Severity.WARNING,
        summary=(
            f"{first.kind} {first.name} deploys {_listed(roots)}, and would prune what {_listed(folders)} "
            f"{'render' if len(folders) > 1 else 'renders'} from now on: {'they' if len(folders) > 1 else 'it'} {are} "
            "that nothing deploys yet"
        ),
        span=SourceSpan(path=path, line=first.line),
        remedy="let something deploy the charts before this change reaches the cluster: docs/handover.md",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
