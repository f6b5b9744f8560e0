"""Generators whose objects a release could name, if their names had no hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.classify.types import Component
from migrator.compare.without_hashes import Bare, bare_name, without_hashes
from migrator.model import Difference, RepoPath, ResId, SourceSpan
from migrator.render_roots import Build


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGenerator:
    """An entry of `configMapGenerator` or `secretGenerator` whose object something names by its hash."""

    field: str
    index: int
    name: str
    span: SourceSpan
    """In the kustomization file."""
    made: Mapping[RepoPath, tuple[ResId, ...]]
    """Root -> the objects that come of it there, with the hash in their names."""

    @property
    def bare(self) -> frozenset[ResId]:
        """What comes of it anywhere, as it is called without the hash."""
        made = {each for found in self.made.values() for each in found}
        return frozenset(replace(each, name=each.name.rpartition("-")[0]) for each in made)

    def __str__(self) -> str:
        return f"{self.name} in {self.span.path}"


def unhashed(
    builds: Iterable[Build], generators: Sequence[NamedGenerator]
) -> tuple[tuple[Build, ...], Mapping[str, tuple[Difference, ...]]]:
    """The builds as they would be without these hashes; environment -> the names that are others then."""
    found: list[Build] = []
    losses: dict[str, dict[str, Difference]] = defaultdict(dict)
    for build in builds:
        bare = without_hashes(build.resources, _names(build, generators))
        found.append(replace(build, resources=bare.resources) if bare.losses else build)
        losses[build.environment] |= {each.id: each for held in bare.losses.values() for each in held}
    return tuple(found), {name: tuple(each.values()) for name, each in sorted(losses.items()) if each}


def with_bare_names(component: Component, builds: Iterable[Build], generators: Sequence[NamedGenerator]) -> Component:
    """The component with its objects as they are called without these hashes."""
    names: dict[str, Bare] = defaultdict(dict)
    for build in builds if generators else ():
        names[build.environment] = {**names[build.environment], **_names(build, generators)}
    members = {
        name: tuple(sorted(replace(each, name=names[name].get(each, each.name)) for each in found))
        for name, found in component.members.items()
    }
    return replace(component, members=members) if generators else component


def _names(build: Build, generators: Sequence[NamedGenerator]) -> Bare:
    made = {res_id for each in generators for res_id in each.made.get(build.root, ())}
    return {each.id: bare_name(each) for each in build.resources if each.id in made} if made else {}
