"""What the best answer leaves over, and why; the classes are never mixed up."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from migrator.charts.randomness import generated_places, may_generate
from migrator.inference.assignments.values_tree import Tree
from migrator.inference.attempts import tried_for
from migrator.inference.budget import LimitError, limited
from migrator.inference.candidates.whole_objects import holders
from migrator.inference.hypothesis.compared_objects import key_of
from migrator.inference.rendered_chart import chart_of
from migrator.inference.search.answer import Answer
from migrator.inference.types import InferenceRequest, Residual, ResidualClass
from migrator.inference.verdict.inexpressible import fixed_places
from migrator.inference.verdict.judge import Verdict
from migrator.inference.verdict.left_out import LeftOut
from migrator.inference.verdict.secret_pins import Pin, Pinning, secret_values
from migrator.model import Difference, DifferenceKind, KeyPath, ResId, Resource, mapping_of
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents, untaken_documents

Again = Mapping[str, tuple[tuple[Resource, ...], tuple[Resource, ...]]]
"""Two renders of the answer, by environment; none where nothing differs."""
MOST_SECONDS = 5.0
"""Processor time to look for what the chart would make under other values."""
_KIND = re.compile(r"\b[A-Z]\w+")
UNIFORM_SHARE = 0.5
UNIFORM_LEAST = 3


def residual_of(
    request: InferenceRequest,
    answer: Answer,
    verdict: Verdict,
    again: Again,
    left_out: LeftOut,
) -> tuple[Residual, ...]:
    """Every difference and companion with its class, in the order of environments and resources.

    What is left out of the release on purpose is a companion like those that the chart does not make.
    """
    found: list[Residual] = []
    for environment in sorted(verdict.differences):
        found += _differing(request, answer, verdict, environment, _Chance(request, answer, environment, again))
        on_purpose = left_out.get(environment, ())
        found += _companions(request, answer, verdict, environment, on_purpose)
    return tuple(_with_attempts(each, answer) for each in found)


def _with_attempts(residual: Residual, answer: Answer) -> Residual:
    """With what was tried there: a place that a value makes right was found, and refused."""
    tried = tried_for(residual.resource, residual.path, answer.tried.get(residual.environment, {}))
    is_refused = residual.cls is ResidualClass.NOT_FOUND and bool(residual.path) and any(each.brings for each in tried)
    return replace(residual, tried=tried, cls=ResidualClass.REFUSED if is_refused else residual.cls)


def _differing(
    request: InferenceRequest, answer: Answer, verdict: Verdict, environment: str, chance: _Chance
) -> Iterator[Residual]:
    """The places of objects that helm renders otherwise."""
    differences = verdict.differences[environment]
    uniform = _uniform(differences, len(verdict.rendered[environment]))
    places = [(key_of(item.resource), item.after_path or item.path) for item in differences if item.path]
    fixed = fixed_places(request, answer, environment, places) if environment not in verdict.refusals else ()
    for item in differences:
        cls = ResidualClass.NOT_FOUND
        pins = chance.pins(item)
        if pins is not None:
            cls = ResidualClass.GENERATED
        elif (item.path, item.kind) in uniform:
            cls = ResidualClass.POST_PROCESSING
        elif (key_of(item.resource), item.after_path or item.path) in fixed:
            cls = ResidualClass.INEXPRESSIBLE
        yield Residual(
            environment=environment,
            resource=item.resource,
            path=item.path,
            target_path=item.before_path,
            cls=cls,
            pins=pins or (),
        )


def _companions(
    request: InferenceRequest, answer: Answer, verdict: Verdict, environment: str, on_purpose: Collection[ResId]
) -> Iterator[Residual]:
    """The objects that the chart does not make under these values."""
    companions = verdict.companions.get(environment, ())
    asked = bool(set(companions) - {*on_purpose})
    possible, holds_any = makeable(request, answer, environment) if asked else (frozenset(), False)
    claimed = {key_of(each.id) for each in request.targets[environment] if _says_it_is_of(request.chart.ref.name, each)}
    for res in companions:
        is_made = key_of(res) in claimed or (res.kind, res.name) in possible
        is_possible = is_made or (request.holds_objects and holds_any)
        is_missed = is_possible and res not in on_purpose
        cls = ResidualClass.NOT_FOUND if is_missed else ResidualClass.NOT_IN_CHART
        yield Residual(environment=environment, resource=res, path=(), cls=cls)


def _says_it_is_of(chart: str, target: Resource) -> bool:
    """Whether the object's own label names the chart: then that no template was seen to make it proves nothing."""
    metadata = mapping_of(target.body.get("metadata"))
    return str(mapping_of(metadata.get("labels")).get("helm.sh/chart") or "").startswith(f"{chart}-")


def makeable(request: InferenceRequest, answer: Answer, environment: str) -> tuple[frozenset[tuple[str, str]], bool]:
    """Kind and name of what templates print, or would print with other conditions open, by default or beside an answer.

    And whether one prints whole objects that values hold. A template that prints an object of a name counts for every
    kind that it names. Nothing is known where a render takes too long.
    """
    found: set[tuple[str, str]] = set()
    holds_any = False
    interpreter = Interpreter(chart_of(request))
    try:
        with limited(time.process_time() + MOST_SECONDS):
            for overrides in ({}, answer.values[environment]):
                run = interpreter.run(overrides, answer.context.within(environment))
                holds_any = holds_any or bool(holders(run))
                for template in run.templates.values():
                    made = (*split_documents(template), *(document for _, document in untaken_documents(template)))
                    names = {document.id.name for document in made if document.id is not None}
                    kinds = {word for piece in template.pieces for word in _KIND.findall(piece.text)} if names else ()
                    found |= {(kind, name) for kind in kinds for name in names}
    except LimitError:
        pass
    return frozenset(found), holds_any


def _uniform(differences: tuple[Difference, ...], objects: int) -> frozenset[tuple[KeyPath, DifferenceKind]]:
    """Places of object metadata that differ in one way on most objects: something went over all of them."""
    counts = Counter(
        (item.path, item.kind) for item in differences if item.path[:1] == ("metadata",) and len(item.path) > 1
    )
    least = max(UNIFORM_LEAST, UNIFORM_SHARE * objects)
    return frozenset(place for place, count in counts.items() if count >= least)


class _Chance:
    """What is random in the render of an answer: two renders show it, the interpreter knows where it comes from."""

    def __init__(self, request: InferenceRequest, answer: Answer, environment: str, again: Again) -> None:
        first, second = again.get(environment, ((), ()))
        self._places = [(key_of(res), path) for res, path in generated_places(first, second)]
        self._may_generate = may_generate(request.chart)
        self._request, self._answer, self._environment = request, answer, environment
        self._pinnings: dict[bool, Pinning] = {}

    def pins(self, difference: Difference) -> tuple[Pin, ...] | None:
        """The values that would pin the place; None where it is not random.

        The checksum of a secret that a value pins now counts as random too: the old secret was another one.
        """
        key, path = key_of(difference.resource), difference.after_path or difference.path
        if any(key == other and path == place[: len(path)] for other, place in self._places):
            return self._pinning(pinned=True).pins(key, path)
        if self._may_generate and self._pinning(pinned=False).is_generated(key, path):
            return ()
        return None

    def _pinning(self, *, pinned: bool) -> Pinning:
        if pinned not in self._pinnings:
            self._pinnings[pinned] = pinning(self._request, self._answer, self._environment, pinned=pinned)
        return self._pinnings[pinned]


def pinning(request: InferenceRequest, answer: Answer, environment: str, *, pinned: bool) -> Pinning:
    """What the chart generates under an answer, or would generate if no value of it held a secret."""
    overrides = answer.values[environment]
    tree = Tree({}, overrides)
    for path in () if pinned else secret_values(overrides, request.targets[environment]):
        tree = tree.without(path)
    kinds = frozenset(target.id.kind for target in request.targets[environment])
    setting = answer.context.within(environment)
    return Pinning(chart_of(request), tree.overrides, setting, untaken=pinned, kinds=kinds)
