"""The step classify: what a repository deploys, as components with chart candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.classify import Component, classify, header_hints, source_hints
from migrator.cli.baseline import Baseline
from migrator.cli.releases import manifests_of, unread_releases
from migrator.diagnostics import Diagnostics
from migrator.graph import Group, Node
from migrator.signatures import index_manifests, load_signatures
from migrator.signatures.load import TEAM_SIGNATURES

if TYPE_CHECKING:
    from migrator.discover import Config
    from migrator.model import Json, RepoPath, Resource

_YAML = (".yaml", ".yml")


def recognise(baseline: Baseline) -> tuple[tuple[Component, ...], Diagnostics]:
    """The components of the repository, by our signatures and the team's own; raises what a broken rule file raises."""
    folder = baseline.root / TEAM_SIGNATURES
    signatures = load_signatures([folder] if folder.is_dir() else [])
    manifests = manifests_of(baseline.root)
    files = _origin_files(baseline)
    hints = (*source_hints(files), *header_hints(files))
    components, notes = classify(resources_of(baseline), baseline.graph, signatures, hints, manifests=manifests)
    notes += tuple(unread_releases(baseline, index_manifests(manifests)))
    return tuple(replace(each, category=_category(each, baseline.config)) for each in components), notes


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
