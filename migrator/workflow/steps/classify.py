"""The step classify: what a repository deploys, as components with chart candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.classify import (
    Account,
    Component,
    Dependency,
    SourceHint,
    classify,
    dependencies,
    header_hints,
    source_hints,
)
from migrator.classify.object_evidence import account
from migrator.diagnostics import Diagnostics
from migrator.graph import Group, Node
from migrator.progress import Watch, uncounted
from migrator.signatures import Manifest, Signature, index_manifests, load_signatures
from migrator.signatures.load import TEAM_SIGNATURES
from migrator.signatures.versions import version_folders
from migrator.workflow.steps.baseline import Baseline
from migrator.workflow.steps.release_manifests import manifests_of, unread_releases

if TYPE_CHECKING:
    from migrator.discover import Config
    from migrator.model import Json, RepoPath, Resource

_YAML = (".yaml", ".yml")
_NAMED = 8
"""Objects that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What recognition knows beside the objects themselves."""

    signatures: tuple[Signature, ...]
    manifests: tuple[Manifest, ...]
    hints: tuple[SourceHint, ...]
    committed: tuple[Dependency, ...]


def known_of(baseline: Baseline) -> Known:
    folder = baseline.root / TEAM_SIGNATURES
    """The rules that hold for a repository, and what its files say outside of objects; raises as `recognise` does."""
    files, index = _origin_files(baseline), baseline.index
    return Known(
        signatures=load_signatures([folder] if folder.is_dir() else []),
        manifests=tuple(manifests_of(baseline.root)),
        hints=(*source_hints(files), *header_hints(files)),
        committed=tuple(dependencies({path: index.read(path) for path in index.files if path.endswith("/Chart.yaml")})),
    )


def recognise(baseline: Baseline, watch: Watch = uncounted) -> tuple[tuple[Component, ...], Diagnostics]:
    """The components of the repository, by our signatures and the team's own; raises what a broken rule file raises."""
    components, notes = _recognised(baseline, known_of(baseline), watch)
    return tuple(replace(each, category=_category(each, baseline.config)) for each in components), notes


def _recognised(
    baseline: Baseline, known: Known, watch: Watch = uncounted
) -> tuple[tuple[Component, ...], Diagnostics]:
    components, notes = classify(
        resources_of(baseline),
        baseline.graph,
        known.signatures,
        known.hints,
        manifests=known.manifests,
        committed=known.committed,
        renewed=version_folders(baseline.root),
        watch=watch,
    )
    return components, (*notes, *unread_releases(baseline, index_manifests(known.manifests)))


def account_of(baseline: Baseline, asked: str) -> Account:
    """Why an object belongs where it does; MIG920 where none, or more than one, is called `KIND/[NAMESPACE/]NAME`."""
    from migrator.explain.objects import object_called

    known = known_of(baseline)
    components, _ = _recognised(baseline, known)
    return account(
        object_called(asked, (node.id for node in baseline.graph.nodes)),
        resources_of(baseline),
        baseline.graph,
        known.signatures,
        components,
        sources=known.hints,
        manifests=known.manifests,
    )


def _category(component: Component, config: Config) -> str:
    """What a person says of the component, else of its chart, else what the signature says."""
    override = config.components.get(component.id)
    if override is not None and override.category:
        return override.category
    charts = [candidate.chart for candidate in component.candidates[:1]]
    return next(
        (config.categories[name] for name in (component.id, *charts) if name in config.categories), component.category
    )


def resources_of(baseline: Baseline) -> Mapping[str, tuple[Resource, ...]]:
    """Environment -> every object that its roots render."""
    return {environment: baseline.graph.resources(environment) for environment in baseline.environments}


def groups_of(components: Iterable[Component]) -> Mapping[Node, Group]:
    """Object -> its component, as the graph shows it."""
    found: dict[Node, Group] = {}
    for one in components:
        first = one.candidates[0] if one.candidates else None
        facts: dict[str, Json] = {"kind": one.kind.value, "category": one.category}
        if first is not None:
            facts |= {"chart": first.chart, "repository": first.repository, "confidence": round(first.score, 4)}
        title = f"{one.id}: chart {first.chart}, {first.score:.2f}" if first is not None else one.id
        group = Group(id=one.id, title=title, facts=facts)
        found |= {Node(name, held): group for name, members in one.members.items() for held in members}
    return found


def _origin_files(baseline: Baseline) -> Mapping[RepoPath, bytes]:
    """The files of the repository that objects came from."""
    index = baseline.index
    origins = sorted({path for path in baseline.graph.origins if path.endswith(_YAML) and path in index.files})
    return {path: index.read(path) for path in origins}
