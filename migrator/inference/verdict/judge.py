"""The verdict: the helm binary renders the values files as they will be written, and the result is compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from migrator.charts.randomness import next_second, reads_clock
from migrator.charts.schema import outside_references
from migrator.compare import compare, is_test_hook
from migrator.compare.identity.pairs import pairs
from migrator.compare.scopes import as_written
from migrator.compare.stored.equivalences import RELEASE_NAMESPACE
from migrator.diagnostics import MigrateError
from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.inference.types import InferenceRequest, Place, ReleaseOptions, SplitValues
from migrator.inference.values.files import values_files
from migrator.inference.verdict.release_options import release_options
from migrator.model import Difference, DifferenceKind, Json, ReleaseContext, ResId, Resource
from migrator.yamlio import differing_paths, digest, dump

if TYPE_CHECKING:
    from migrator.engines import Cache, EngineError, Tool
    from migrator.inference.search.answer import Answer

Rendered = tuple[Resource, ...]
_SLOW = 5.0
"""Seconds from which on a run of helm counts."""
_LEAST_ROOM = 20.0
"""Seconds that slow runs of helm may take together beside the budget."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Renders the chart of one request with the helm binary."""

    request: InferenceRequest
    tool: Tool
    cache: Cache
    options: ReleaseOptions = field(default_factory=ReleaseOptions)
    streams: dict[str, bytes] = field(default_factory=dict, repr=False)
    """What was judged in this run."""
    slow: list[float] = field(default_factory=list, repr=False)
    """Seconds of those runs of helm that took long: a chart may not take hours that the budget does not see."""

    @property
    def is_strict(self) -> bool:
        """Whether helm may check the chart's schema: it would follow references that lead out of it (fact D8)."""
        return not outside_references(self.request.chart.files)

    def resources(self, values: SplitValues, environment: str, setting: ReleaseContext, attempt: int = 0) -> Rendered:
        """What helm makes of the values files of one environment, tests left out. EngineError where helm refuses them.

        Attempts are different runs of helm, also where one of them comes from the cache.
        """
        from migrator.engines import rendered_resources

        return rendered_resources(self.stream(values, environment, setting, attempt))

    def once_more(self, values: SplitValues, environment: str, setting: ReleaseContext, first: Rendered) -> Rendered:
        """What helm makes of the same values files in another run; `first` itself where it prints the same bytes."""
        streams = [self.stream(values, environment, setting, attempt) for attempt in (0, 1)]
        return first if streams[0] == streams[1] else self.resources(values, environment, setting, 1)

    def ask(self, overrides: Mapping[str, Json], setting: ReleaseContext) -> bytes:
        """What helm prints for a hypothesis. EngineError where it refuses it."""
        return self.stream(SplitValues(common=overrides), "", setting)

    def stream(self, values: SplitValues, environment: str, setting: ReleaseContext, attempt: int = 0) -> bytes:
        """What helm prints, as it prints it; what is only asked, for no environment, may be against the schema."""
        from migrator.engines import HelmRender, helm_template

        request, ref = self.request, self.request.chart.ref
        below = ref.name if request.as_dependency else ""
        strict = bool(environment) and self.is_strict
        texts = values_files(values, environment, (ref.name, ref.version), below=below)
        key = digest(
            {
                "what": "helm-template",
                "chart": request.chart.digest,
                "values": list(texts),
                "setting": [setting.release, setting.namespace, list(setting.api_versions), setting.kube_version],
                "engine": self.tool.identity,
                "as_dependency": request.as_dependency,
                "attempt": attempt,
                "strict": strict,
                "options": [self.options.include_crds, self.options.hooks],
            }
        )
        stream = self.streams.get(key) or self.cache.get(key)
        if stream is None:
            if attempt and reads_clock(request.chart):
                next_second()
            with _deployed(request) as chart:
                asked = HelmRender(
                    context=setting,
                    chart=chart,
                    values=tuple(text.encode() for text in texts),
                    include_crds=self.options.include_crds,
                    hooks=self.options.hooks == "run",
                    skip_schema=not strict,
                )
                stream = self._run(partial(helm_template, self.tool, asked))
            self.cache.put(key, stream)
        if environment:  # what is only asked during the search would fill the memory
            self.streams[key] = stream
        return stream

    def _run(self, render: Callable[..., bytes]) -> bytes:
        """What a run of helm prints. MIG504 where it takes more time than the slow ones may have together."""
        from migrator.engines import EngineError, Failure

        began = time.monotonic()
        try:
            return render(timeout=max(_LEAST_ROOM + self.request.budget - sum(self.slow), _SLOW))
        except EngineError as error:
            if error.cause.failure is not Failure.TIMEOUT:
                raise
            raise MigrateError.of(
                "MIG504",
                f"helm takes more time to render {self.request.chart.ref.name} than the search may have",
                remedy="give it longer with --budget, or look for a loop without bound in the chart",
            ) from None
        finally:
            took = time.monotonic() - began
            self.slow.extend([took] if took > _SLOW else [])


@contextmanager
def _deployed(request: InferenceRequest) -> Iterator[Path]:
    """The chart as it will be rendered: itself, or a bare umbrella around it."""
    if not request.as_dependency:
        yield request.chart.path
        return
    with TemporaryDirectory() as folder:
        ref = request.chart.ref
        home = Path(folder) / "umbrella"
        (home / "charts" / ref.name).mkdir(parents=True)
        dependency = {"name": ref.name, "version": ref.version, "repository": ref.repository}
        umbrella = {"apiVersion": "v2", "name": "umbrella", "version": "0.1.0", "dependencies": [dependency]}
        (home / "Chart.yaml").write_text(dump(umbrella))
        for path, data in request.chart.files.items():
            file = home / "charts" / ref.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield home


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An answer as helm renders it, set against the targets."""

    values: SplitValues
    rendered: Mapping[str, Rendered]
    differences: Mapping[str, tuple[Difference, ...]]
    companions: Mapping[str, tuple[ResId, ...]]
    """environment -> the targets that the chart does not make; only those that have any."""
    written_differently: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """environment -> where objects that are the same to a cluster are not written alike; only those that have any."""
    options: ReleaseOptions = field(default_factory=ReleaseOptions)
    left_out: Mapping[str, frozenset[ResId]] = field(default_factory=dict)
    """environment -> the companions that the chart makes under other options."""
    refusals: Mapping[str, EngineError] = field(default_factory=dict)
    """environment -> why helm does not render it: `rendered` is then what the interpreter makes of the values."""

    @property
    def open_keys(self) -> Mapping[str, frozenset[Key]]:
        """The objects that differ, of each environment that has any."""
        return {
            name: frozenset(key_of(each.resource) for each in found)
            for name, found in self.differences.items()
            if found
        }

    @property
    def count(self) -> int:
        """How much differs."""
        return sum(map(len, self.differences.values())) + sum(map(len, self.companions.values()))

    @property
    def rank(self) -> tuple[int, int]:
        """What of two verdicts is smaller is better."""
        return len(self.refusals), self.count


def judged(judge: Judge, answer: Answer) -> tuple[Answer, Verdict]:
    """The verdict on an answer, without those of its values that the chart's schema refuses.

    EngineError where helm refuses what is left, and there is nothing to show: no value, or no target that is made.
    """
    from migrator.engines import EngineError, Failure
    from migrator.inference.rendered_chart import chart_of
    from migrator.inference.verdict.schema import MAX_CORRECTIONS, corrected

    found = answer
    for _ in range(MAX_CORRECTIONS):
        try:
            return found, _judged(judge, found, _all_or_nothing)
        except EngineError as error:
            other = None
            if error.cause.failure is Failure.SCHEMA:
                other = corrected(found, chart_of(judge.request), error.cause.complaints)
            if other is None:
                break
            found = other
    return answer, _judged(judge, answer, _as_far_as_it_goes)


Render = Callable[[Judge, SplitValues, str, ReleaseContext], tuple[Rendered, "EngineError | None"]]


def _all_or_nothing(
    judge: Judge, values: SplitValues, environment: str, setting: ReleaseContext
) -> tuple[Rendered, EngineError | None]:
    return judge.resources(values, environment, setting), None


def _as_far_as_it_goes(
    judge: Judge, values: SplitValues, environment: str, setting: ReleaseContext
) -> tuple[Rendered, EngineError | None]:
    """What the templates that do render print, where helm refuses the whole for another one of them."""
    from migrator.engines import EngineError
    from migrator.inference.verdict.partial_render import SHOWABLE, drafted

    try:
        return judge.resources(values, environment, setting), None
    except EngineError as error:
        made: Rendered = ()
        if error.cause.failure in SHOWABLE and (values.common or values.environments):
            made = drafted(judge.request, values, environment, setting, error.cause.path)
        wanted = {key_of(target.id) for target in judge.request.targets[environment]}
        if not any(key_of(item.id) in wanted for item in made):
            raise
        return made, error


def _judged(judge: Judge, answer: Answer, render: Render) -> Verdict:
    from migrator.inference.values.comments import as_by_hand
    from migrator.inference.values.split import split_values

    values = as_by_hand(split_values(answer.values), judge.request, answer.context)
    whole = _rendered(judge, values, answer.context, render)
    options = release_options(judge.request, whole.rendered, whole.differences, _of_crds(judge, whole, answer.context))
    if options == whole.options:
        return whole
    found = _rendered(replace(judge, options=options), values, answer.context, render)
    made = {name: {key_of(each.id) for each in rendered} for name, rendered in whole.rendered.items()}
    left_out = {
        name: frozenset(each for each in companions if key_of(each) in made[name])
        for name, companions in found.companions.items()
    }
    return replace(found, left_out=left_out)


def _of_crds(judge: Judge, verdict: Verdict, setting: ReleaseContext) -> Mapping[str, frozenset[ResId]]:
    """Environment -> what helm renders from `crds/` alone, where anything differs at all."""
    is_settled = not verdict.count and judge.request.include_crds is not False
    if is_settled or not any("crds" in path.split("/")[:-1] for path in judge.request.chart.files):
        return {}
    bare = replace(judge, options=ReleaseOptions(include_crds=False))
    found = {}
    for name in verdict.rendered.keys() - verdict.refusals.keys():
        without = {each.id for each in bare.resources(verdict.values, name, setting.within(name))}
        found[name] = frozenset(each.id for each in verdict.rendered[name]) - without
    return found


def _rendered(judge: Judge, values: SplitValues, setting: ReleaseContext, render: Render) -> Verdict:
    """What helm makes of the values under the judge's options, set against the targets."""
    request = judge.request
    made = {name: render(judge, values, name, setting.within(name)) for name in sorted(request.targets)}
    told = {name: compared(request, name, found, setting) for name, (found, _) in made.items()}
    return Verdict(
        values=values,
        options=judge.options,
        rendered={name: found for name, (found, _) in made.items()},
        differences={name: found for name, (found, _) in told.items()},
        companions={name: companions for name, (_, companions) in told.items() if companions},
        written_differently={
            name: places
            for name, (found, _) in made.items()
            if (places := written_differently(request, name, found, setting, told[name][0]))
        },
        refusals={name: error for name, (_, error) in made.items() if error is not None},
    )


def compared(
    request: InferenceRequest, environment: str, rendered: Rendered, context: ReleaseContext
) -> tuple[tuple[Difference, ...], tuple[ResId, ...]]:
    """What differs between target and render, and the targets that the chart does not make."""
    targets = tuple(target for target in request.targets[environment] if not is_test_hook(target.body))
    found = compare(
        targets, rendered, release_namespace=context.within(environment).namespace, rules=request.equivalences
    )
    companions = tuple(sorted(item.resource for item in found if item.kind is DifferenceKind.REMOVED and not item.path))
    gone = frozenset(companions)
    return tuple(item for item in found if item.resource not in gone), companions


def written_differently(
    request: InferenceRequest,
    environment: str,
    rendered: Rendered,
    context: ReleaseContext,
    differences: tuple[Difference, ...],
) -> tuple[Place, ...]:
    """Where the objects that do not differ to a cluster are written in another way than the target."""
    namespace, meets = context.within(environment).namespace, RELEASE_NAMESPACE in request.equivalences
    differing = {each.resource for each in differences}
    found: list[Place] = []
    for pair in pairs(request.targets[environment], rendered, namespace, meets=meets):
        if pair.before is None or pair.after is None or pair.id in differing or is_test_hook(pair.before.body):
            continue
        places = dict.fromkeys(differing_paths(dict(as_written(pair.before).body), dict(pair.after.body)))
        if pair.is_named_once:
            places["metadata", "namespace"] = None
        found += ((pair.id, path) for path in places)
    return tuple(found)
