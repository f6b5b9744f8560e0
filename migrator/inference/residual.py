"""What the best answer leaves over, and why; the classes are never mixed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from migrator.inference.types import InferenceRequest, Residual, ResidualClass
from migrator.model import Difference, DifferenceKind, Impact, Path, ResId, Resource

if TYPE_CHECKING:
    from migrator.inference.solve import Answer

Judged = Mapping[str, tuple[tuple[Difference, ...], tuple[ResId, ...]]]
UNIFORM_SHARE = 0.5
UNIFORM_LEAST = 3


def residual_of(
    request: InferenceRequest, answer: Answer, judged: Judged, rendered: Mapping[str, tuple[Resource, ...]]
) -> tuple[Residual, ...]:
    """Every difference and companion with its class, in the order of environments and resources."""
    found: list[Residual] = []
    unstable = _unstable(request, answer, judged)
    for environment, (differences, companions) in sorted(judged.items()):
        uniform = _uniform(differences, len(rendered[environment]))
        for item in differences:
            cls = ResidualClass.NOT_FOUND
            if (environment, item.resource, item.path) in unstable:
                cls = ResidualClass.GENERATED
            elif item.impact is Impact.NONE:
                cls = ResidualClass.API_DEFAULT
            elif (item.path, item.kind) in uniform:
                cls = ResidualClass.POST_PROCESSING
            found.append(Residual(environment=environment, resource=item.resource, path=item.path, cls=cls))
        found += [
            Residual(environment=environment, resource=res, path=(), cls=ResidualClass.NOT_IN_CHART)
            for res in companions
        ]
    return tuple(found)


def _uniform(differences: tuple[Difference, ...], objects: int) -> frozenset[tuple[Path, DifferenceKind]]:
    """Places of object metadata that differ in one way on most objects: something went over all of them."""
    counts = Counter(
        (item.path, item.kind) for item in differences if item.path[:1] == ("metadata",) and len(item.path) > 1
    )
    least = max(UNIFORM_LEAST, UNIFORM_SHARE * objects)
    return frozenset(place for place, count in counts.items() if count >= least)


def _unstable(request: InferenceRequest, answer: Answer, judged: Judged) -> frozenset[tuple[str, ResId, Path]]:
    """Differences at places that two renders of the same input do not agree on (FACTS D1)."""
    from migrator.inference.state import key_of
    from migrator.templates.chart import load_chart
    from migrator.templates.documents import split_documents
    from migrator.templates.functions import RANDOM
    from migrator.templates.render import Interpreter, Setting
    from migrator.yamlio import differences

    if not any(found for found, _ in judged.values()):
        return frozenset()
    chart = load_chart(request.chart.files)
    if not any(name.encode() in data for data in request.chart.files.values() for name in RANDOM):
        return frozenset()
    interpreter = Interpreter(chart, ghosts=False)
    setting = Setting(
        release=answer.release,
        namespace=answer.namespace,
        kube_version=request.kube_version,
        api_versions=answer.api_versions,
    )
    found = set()
    for environment, (items, _) in judged.items():
        if not items:
            continue
        bodies = []
        for _ in range(2):
            run = interpreter.run(answer.values[environment], setting)
            documents = [d.resource for t in run.templates.values() for d in split_documents(t) if d.resource]
            bodies.append({key_of(res.id): res.body for res in documents})
        changing = {
            (key, path)
            for key, body in bodies[0].items()
            if key in bodies[1]
            for path, _, _ in differences(dict(body), dict(bodies[1][key]))
        }
        for item in items:
            key = key_of(item.resource)
            if any(key == other and path[: len(item.path)] == item.path for other, path in changing):
                found.add((environment, item.resource, item.path))
    return frozenset(found)
