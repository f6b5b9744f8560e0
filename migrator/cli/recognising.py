"""The step classify: what a repository deploys, as components with chart candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.classify import Component, classify, source_hints
from migrator.cli.baseline import Baseline
from migrator.diagnostics import Diagnostics
from migrator.signatures import load_signatures
from migrator.signatures.load import TEAM_SIGNATURES

if TYPE_CHECKING:
    from migrator.discover import Config
    from migrator.model import RepoPath, Resource

_MARK = b"# Source:"
_YAML = (".yaml", ".yml")


def recognise(baseline: Baseline) -> tuple[tuple[Component, ...], Diagnostics]:
    """The components of the repository, by our signatures and the team's own; raises what a broken rule file raises."""
    folder = baseline.root / TEAM_SIGNATURES
    signatures = load_signatures([folder] if folder.is_dir() else [])
    hints = tuple(source_hints(_marked_files(baseline)))
    components, notes = classify(resources_of(baseline), baseline.graph, signatures, hints)
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


def _marked_files(baseline: Baseline) -> Mapping[RepoPath, bytes]:
    """The files that objects came from and that carry the comments of a rendered chart."""
    index = baseline.index
    origins = sorted({path for path in baseline.graph.origins if path.endswith(_YAML) and path in index.files})
    contents = ((path, index.read(path)) for path in origins)
    return {path: data for path, data in contents if _MARK in data}
