"""The cases of a corpus of round trips: a chart, values that a team runs, and what helm rendered from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from measuring.effect import leaves, without
from migrator.diagnostics import MigrateError
from migrator.engines import HelmRender, Tool, helm_template, rendered_resources
from migrator.model import Json, ReleaseContext, Resource
from migrator.yamlio import Dialect, dump, read_value

KUBE_VERSION = "1.32"
SIBLING_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A round trip. Release, namespace and values are the truth, which the search is never shown."""

    name: str
    chart: str
    version: str
    archive: Path
    target: Path
    release: str
    namespace: str
    deterministic: bool
    values: Json
    minimal: Json
    flags: tuple[str, ...] = ()

    def render(self, tool: Tool, values: Json) -> bytes:
        """What helm prints for other values under this case's release; EngineError where helm refuses them."""
        asked = HelmRender(
            context=ReleaseContext(
                release=self.release,
                namespace=self.namespace,
                kube_version=KUBE_VERSION,
                api_versions=tuple(flag.partition("=")[2] for flag in self.flags if flag.startswith("--api-versions=")),
            ),
            chart=self.archive,
            values=(dump(values).encode(),),
        )
        return helm_template(tool, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two environments of one release: a case, and the values of another case of the same chart."""

    first: Case
    second: Case

    @property
    def name(self) -> str:
        return f"{self.first.name} + {self.second.name}"

    @property
    def exact(self) -> bool:
        """Whether both cases have the same archive."""
        return self.first.archive == self.second.archive


def read_cases(folder: Path, patterns: Iterable[str] = ()) -> tuple[Case, ...]:
    """The cases whose name contains one of the patterns (all without patterns), smallest target first."""
    wanted = tuple(patterns)
    homes = [file.parent for file in folder.glob("*/case.yaml")]
    found = [_case(home) for home in homes if not wanted or any(pattern in home.name for pattern in wanted)]
    return tuple(sorted(found, key=lambda case: (case.target.stat().st_size, case.name)))


def _case(home: Path) -> Case:
    told = _read(home / "case.yaml")
    return Case(
        name=home.name,
        chart=told["chart"],
        version=str(told["version"]),
        archive=(home / told["chart_file"]).resolve(),
        target=home / "target.yaml",
        release=told["release"],
        namespace=told["namespace"],
        deterministic=bool(told["deterministic"]),
        values=_read(home / "values.yaml") or {},
        minimal=_read(home / "minimal.yaml") or {},
        flags=tuple(told.get("flags") or ()),
    )


def _read(file: Path) -> Json:
    return read_value(file.read_bytes(), dialect=Dialect.SIGS) if file.is_file() else None


def resources_of(stream: bytes) -> tuple[Resource, ...]:
    """The objects of a rendered stream, tests among them."""
    return rendered_resources(stream, tests=True)


def sibling(case: Case, tool: Tool) -> bytes | None:
    """What helm renders when one of the true values is left out: the target of a near environment. None if none is."""
    known = case.target.read_bytes()
    for path in _last(list(leaves(case.values)), SIBLING_TRIES):
        try:
            stream = case.render(tool, without(case.values, path))
        except MigrateError:
            continue
        if stream.strip() and stream.strip() != known.strip():
            return stream
    return None


def _last(paths: list[tuple[str, ...]], count: int) -> Iterator[tuple[str, ...]]:
    yield from reversed(paths[-count:])


def pairs_of(cases: Iterable[Case]) -> tuple[tuple[Pair, ...], ...]:
    """For each chart with several deterministic cases its pairs, best first: of one archive, then of newer versions.

    The values of one version need not render with another.
    """
    charts: dict[str, list[Case]] = {}
    for case in cases:
        if case.deterministic:
            charts.setdefault(case.chart, []).append(case)
    return tuple(found for _, group in sorted(charts.items()) if (found := _pairs(group)))


def _pairs(group: list[Case]) -> tuple[Pair, ...]:
    ordered = sorted(group, key=lambda case: (_number(case.version), case.name))
    made = [Pair(first=first, second=second) for first, second in pairwise(ordered)]
    return (*(pair for pair in made if pair.exact), *(pair for pair in made[::-1] if not pair.exact))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.lstrip("v").split("-")[0].split(".") if part.isdigit())
