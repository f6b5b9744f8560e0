"""Renders by the helm binary while a case is made: what is equal, where values show, what helm refuses."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from measuring.cases import KUBE_VERSION, resources_of
from measuring.strict import Randomness, compare, randomness
from migrator.diagnostics import MigrateError
from migrator.engines import HelmRender, Tool, helm_template
from migrator.model import Json, ReleaseContext, Resource
from migrator.yamlio import dump

_ALL = 10_000
_AS_GO = re.compile(rb"\bmap\[\w|%!\w\(|<nil>")


@dataclass(slots=True)
class Renders:
    """One chart under one release name."""

    tool: Tool
    archive: Path
    release: str
    namespace: str
    skip_schema: bool = False
    limit: int = 200
    """Renders after which no more are made."""
    refusals: int = 0
    count: int = 0
    known: dict[bytes, bytes | None] = field(default_factory=dict, repr=False)
    as_go: int | None = None
    """Values that the first render prints as Go shows them."""
    chance: Randomness = field(default_factory=lambda: Randomness(places={}, objects=frozenset()))

    @property
    def is_spent(self) -> bool:
        return self.count >= self.limit

    def stream(self, values: Mapping[str, Json], *, anew: bool = False) -> bytes | None:
        """What helm prints, or has printed; None where it refuses, or where there is nothing to compare."""
        written = dump(dict(values)).encode()
        if anew or written not in self.known:
            printed = self._printed(written)
            self.known[written] = None if printed is None else zlib.compress(printed, 1)
        known = self.known[written]
        return None if known is None else zlib.decompress(known)

    def _printed(self, values: bytes) -> bytes | None:
        self.count += 1
        asked = HelmRender(
            context=ReleaseContext(release=self.release, namespace=self.namespace, kube_version=KUBE_VERSION),
            chart=self.archive,
            values=(values,),
            skip_schema=self.skip_schema,
        )
        try:
            printed = helm_template(self.tool, asked)
            resources_of(printed)
        except MigrateError:
            self.refusals += 1
            return None
        return printed if self._is_yaml(printed) else None

    def _is_yaml(self, printed: bytes) -> bool:
        """Whether no value is printed as Go shows it, which is of no use; what a chart always prints is left to it."""
        found = len(_AS_GO.findall(printed))
        self.as_go = found if self.as_go is None else self.as_go
        return found <= self.as_go

    def resources(self, values: Mapping[str, Json]) -> tuple[Resource, ...] | None:
        """The objects without what is random in them; None where helm refuses."""
        printed = self.stream(values)
        return None if printed is None else self.chance.masked(resources_of(printed))

    def look_for_chance(self, values: Mapping[str, Json]) -> bool:
        """Whether two renders of these values differ; what differs is masked from now on."""
        first, second = self.stream(values), self.stream(values, anew=True)
        if first is None or second is None:
            return False
        self.chance = randomness(resources_of(first), resources_of(second))
        return any(self.chance.places.values()) or bool(self.chance.objects)


def places_between(before: tuple[Resource, ...], after: tuple[Resource, ...]) -> tuple[str, ...]:
    """Object and place of everything that differs."""
    return compare(before, after, shown=_ALL).different
