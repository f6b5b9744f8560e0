"""Owners that no file here shows: what says that something deploys a root which no object of the repository deploys."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from migrator.discover import Index
from migrator.gitops.deployed import folder_of, reaches
from migrator.gitops.deployer import Deployer, Source
from migrator.gitops.reading.repository import WILD
from migrator.model import RepoPath, Resource, mapping_of

_LED_OUT = "MIG105"
_MAX = 1 << 20
_UNREAD = (".json", ".jsonnet", ".libsonnet", ".cue", ".tpl", ".tmpl", ".gotmpl", ".j2")
_GROUP = re.compile(rb"\b(?:argoproj\.io/v1alpha1|kustomize\.toolkit\.fluxcd\.io/v1)")
_KIND = re.compile(rb"""["']?kind["']?\s*:\s*["']?(?:Application|ApplicationSet|Kustomization)\b""")
_TEMPLATE = re.compile(r"(?P<chart>(?:.*/)?)templates/.+\.ya?ml")
_TRACES = re.compile(
    r"argocd\.argoproj\.io/(?:tracking-id|instance|sync-wave|installation-id)|kustomize\.toolkit\.fluxcd\.io/.+"
)
"""Labels and annotations that are on an object because a controller is to apply it, or has."""


def clues(
    roots: Collection[RepoPath],
    deployers: Sequence[Deployer],
    rendered: Mapping[RepoPath, Iterable[Resource]],
    index: Index,
) -> tuple[str, ...]:
    """What says that something deploys these roots although no object here does: places and words, each once.

    Links that lead elsewhere, objects whose folders are not known, texts that make objects, marks of controllers on
    what is rendered.
    """
    found = (*_links(index), *_unknown(deployers, roots), *_texts(index, roots), *_traces(rendered, roots))
    return tuple(dict.fromkeys(found))


def _links(index: Index) -> Iterator[str]:
    for each in index.diagnostics:
        path = each.span.path if each.span is not None and each.code == _LED_OUT else ""
        if path.endswith((".yaml", ".yml")) or (path and "." not in posixpath.basename(path)):
            yield f"{path}: {each.summary.partition(';')[0]}"


def _unknown(deployers: Iterable[Deployer], roots: Collection[RepoPath]) -> Iterator[str]:
    for each in deployers:
        if any(_may_deploy(source, roots) for source in each.sources if not source.chart):
            of = each.made_by or each.id
            yield f"{each.span}: {of.kind} {of.name} may deploy it; nobody can tell which folder is meant"


def _may_deploy(source: Source, roots: Collection[RepoPath]) -> bool:
    """Whether what is not known of a source leaves room for one of the roots."""
    if not source.path:
        return False
    wild = WILD.search(source.path)
    if wild is not None and not WILD.sub("", source.path).strip("/*?."):
        return True
    if wild is not None:
        return any(reaches(source.path, root) for root in roots)
    path = folder_of(source.path)
    if source.here:  # a folder that is not there, and ends like one that is
        tail = re.sub(r"^(?:\.\.?/)+", "", source.path)
        return any(tail == root or tail.endswith(f"/{root}") or root.endswith(f"/{tail}") for root in roots)
    return path in roots


def _texts(index: Index, roots: Collection[RepoPath]) -> Iterator[str]:
    """Templates and other texts that make objects which deploy: of a chart of the repository, or naming a root."""
    for path, entry in sorted(index.files.items()):
        template = _TEMPLATE.fullmatch(path)
        is_template = template is not None and f"{template['chart']}Chart.yaml" in index.files
        if not (is_template or path.endswith(_UNREAD)) or entry.size > _MAX or "/charts/" in f"/{path}":
            continue
        data = index.read(path)
        if _GROUP.search(data) and _KIND.search(data):
            is_about = any(root.encode() in data for root in roots)
            if is_about or b"{{" in data:
                yield f"{path}: it makes objects of Argo CD or Flux, and only its engine can tell which"


def _traces(rendered: Mapping[RepoPath, Iterable[Resource]], roots: Collection[RepoPath]) -> Iterator[str]:
    for root in sorted(roots):
        for each in rendered.get(root, ()):
            metadata = mapping_of(each.body.get("metadata"))
            names = [name for key in ("annotations", "labels") for name in mapping_of(metadata.get(key))]
            for name in names:
                if _TRACES.fullmatch(str(name)):
                    yield f"{each.origin.path if each.origin is not None else root}: {each.id} has {name}"
                    break
