"""What decisions rest on: each component with what inference found, and all that is around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.charts.types import ChartArchive
from migrator.classify.types import Component, ComponentKind
from migrator.compare import Equivalences, Terms
from migrator.diagnostics import Diagnostic
from migrator.discover import Config
from migrator.inference.types import Inference
from migrator.load import Kustomizations
from migrator.lock import Lock
from migrator.model import Difference, RepoPath, ResId, Resource
from migrator.plan.beside import Beside
from migrator.plan.failed import files_of_failed
from migrator.plan.fit import Present, present
from migrator.plan.inflated import Inflated
from migrator.plan.renames.unhashed import NamedGenerator, unhashed, with_bare_names
from migrator.render_roots import Build, stood_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A component, and what became of the search for a chart that renders it."""

    component: Component
    archive: ChartArchive | None = None
    """The chart that was taken for it, or tried first."""
    result: Inference | Diagnostic | None = None
    """What inference found with that chart, or why it found nothing; None where nobody searched."""
    note: str = ""
    """What the reason of any decision has to say of the chart."""
    generators: tuple[NamedGenerator, ...] = ()
    """Those whose hash must go for that, as the objects name what comes of them; the result is of bare names."""
    unbuilt: str = ""
    """Why the first of its roots does not build, where only roots hold it that do not."""

    @property
    def is_owner(self) -> bool:
        """Whether objects that are rendered belong to it, and to somebody else than the team."""
        return self.component.kind is ComponentKind.THIRD_PARTY and not self.unbuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as it is before the plan."""

    kustomizations: Kustomizations
    builds: tuple[Build, ...] = field(repr=False)
    config: Config
    lock: Lock | None = None
    """Of an earlier migration."""
    inflated: Mapping[str, Inflated] = field(default_factory=dict)
    """Component id -> how kustomize makes it from a chart already."""
    beside: Beside = field(default_factory=dict)
    """What cannot be taken out of the files, and could stay while the rest of its component need not."""
    disputed: Mapping[str, str] = field(default_factory=dict)
    """Component id -> why nobody knows in which namespace its objects are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that decisions rest on beside the component itself."""

    repository: Repository
    terms: Terms
    present: Mapping[str, Present]
    """environment -> every object that it has."""
    owners: Mapping[str, Mapping[ResId, str]]
    """environment -> object -> the third-party component that it belongs to."""
    unbuilt: Mapping[RepoPath, RepoPath]
    """File -> a root that rests on it and does not build."""
    stood_in: frozenset[RepoPath]
    """Kustomization files of whose generators a file is missing."""
    kube_version: str
    """What every release is rendered for; empty where nobody minds."""
    api_versions: tuple[str, ...]
    losses: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    """environment -> the names that lose a hash, of whomsoever."""

    def others(self, component: str, environment: str) -> Mapping[ResId, str]:
        """Object -> its component, of the other third-party components of an environment."""
        held = self.owners.get(environment, {})
        return {res_id: owner for res_id, owner in held.items() if owner != component}


def situation_of(
    examined: Sequence[Examined],
    repository: Repository,
    terms: Terms,
    *,
    kube_version: str,
    api_versions: tuple[str, ...],
) -> Situation:
    """What decisions on these components rest on."""
    return Situation(
        repository=repository,
        terms=terms,
        present=_present(repository.builds, terms.equivalences),
        owners=_owners([each.component for each in examined if each.is_owner]),
        unbuilt=files_of_failed(repository.builds, repository.kustomizations),
        stood_in=stood_in(repository.kustomizations),
        kube_version=kube_version,
        api_versions=api_versions,
    )


def named_barely(one: Examined, situation: Situation) -> tuple[Component, Situation]:
    """The component, and all that is around it, as they are called once its generators give no hashes."""
    if not one.generators:
        return one.component, situation
    builds, losses = unhashed(situation.repository.builds, one.generators)
    around = replace(situation, present=_present(builds, situation.terms.equivalences), losses=losses)
    return with_bare_names(one.component, situation.repository.builds, one.generators), around


def _present(builds: Sequence[Build], rules: Equivalences) -> Mapping[str, Present]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for build in builds:
        if build.is_built:
            found[build.environment] += build.resources
    return {name: present(resources, rules) for name, resources in sorted(found.items())}


def _owners(components: Sequence[Component]) -> Mapping[str, Mapping[ResId, str]]:
    found: dict[str, dict[ResId, str]] = defaultdict(dict)
    for component in components:
        for environment, members in component.members.items():
            found[environment].update(dict.fromkeys(members, component.id))
    return found
