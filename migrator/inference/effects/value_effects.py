"""What each value does: the places that change in a render without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from migrator.charts.types import ChartArchive
from migrator.compare.bodies import unequal, unequal_leaves
from migrator.compare.hooks import is_test_hook
from migrator.inference.assignments.values_tree import MISSING, Tree, leaves, value_at
from migrator.inference.hypothesis.compared_objects import key_of
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.types import SplitValues
from migrator.inference.values.split import effective
from migrator.model import Json, KeyPath, ReleaseContext, ResId, Resource, resource_of
from migrator.templates.chart import as_dependency, load_chart
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.interpreter.render import Interpreter, Run, TemplateRun, touches
from migrator.templates.output.documents import Document
from migrator.templates.output.split import plain_documents, split_documents
from migrator.yamlio import ABSENT

COMMON = ""
"""Stands for the values that all environments share."""


_Place: TypeAlias = tuple[ResId, KeyPath, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The answer that is to be explained."""

    chart: ChartArchive
    values: SplitValues
    targets: Mapping[str, tuple[ResId, ...]]
    """environment -> the objects that the answer is about: a chart may leave a namespace out, they do not."""
    setting: ReleaseContext
    as_dependency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A place of the render that a value determines."""

    environment: str
    resource: ResId
    path: KeyPath
    """Empty for the whole object."""
    change: str
    """What the value does there: `sets`, `adds` or `removes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedValue:
    """One value of the values files."""

    path: KeyPath
    values: Mapping[str, Json] = field(repr=False)
    """Environment, or COMMON -> what its file holds there."""
    default: Json = field(repr=False)
    """What the chart has without it; ABSENT where that is nothing."""
    note: str
    effects: tuple[Effect, ...]
    readers: tuple[str, ...]
    """Templates of the chart that read it and print something else without it."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Environment -> why the chart does not render without it; its effects are then the places that show it."""


def explain_values(subject: Subject, wanted: Callable[[KeyPath], bool] = lambda _: True) -> tuple[ExplainedValue, ...]:
    """Every wanted value, in the order of the files: lists are one value each."""
    chart = load_chart(subject.chart.files)
    if subject.as_dependency:
        chart = as_dependency(chart)
    parts = {COMMON: subject.values.common, **subject.values.environments}
    paths = [path for path in dict.fromkeys(p for part in parts.values() for p in leaves(part)) if wanted(path)]
    if not paths:
        return ()
    interpreter = Interpreter(chart, untaken=False)
    defaults = defaults_of(chart)
    trees = {name: Tree(defaults, effective(subject.values, name)) for name in subject.targets}
    runs = {name: interpreter.run(tree.overrides, subject.setting.within(name)) for name, tree in trees.items()}
    found = []
    for path in paths:
        traces = {}
        for name, tree in trees.items():
            if value_at(tree.overrides, path) is not MISSING:
                without = interpreter.run(tree.without(path).overrides, subject.setting.within(name), runs[name])
                traces[name] = _trace(path, runs[name], without)
        found.append(_explained(subject, path, value_at(defaults, path), traces))
    return tuple(found)


def _explained(subject: Subject, path: KeyPath, default: Json, traces: Mapping[str, _Trace]) -> ExplainedValue:
    parts = {COMMON: subject.values.common, **subject.values.environments}
    return ExplainedValue(
        path=path,
        values={name: value for name, part in parts.items() if (value := value_at(part, path)) is not MISSING},
        default=ABSENT if default is MISSING or default is None else default,
        note=dict(subject.values.notes).get(path, ""),
        effects=tuple(
            Effect(environment=name, resource=_named(resource, subject.targets[name]), path=place, change=change)
            for name, trace in sorted(traces.items())
            for resource, place, change in trace.places
        ),
        readers=tuple(sorted({reader for trace in traces.values() for reader in trace.readers})),
        refusals={name: trace.refusal for name, trace in traces.items() if trace.refusal},
    )


@dataclass(frozen=True, slots=True)
class _Trace:
    """What a value does in one environment."""

    places: tuple[_Place, ...]
    readers: tuple[str, ...]
    refusal: str


def _trace(path: KeyPath, run: Run, without: Run) -> _Trace:
    places: list[_Place] = list(_places(_definitions(run, without), _definitions(without, run)))
    readers: list[str] = []
    refusal = ""
    for name in _changed(run, without):
        before, after = run.templates.get(name), without.templates.get(name)
        if before is not None and not before.error and after is not None and after.error:
            refusal = refusal or after.error
            found = list(_carried(before, path))
        else:
            found = list(_places(_resources(before), _resources(after)))
        if found and before is not None and touches(before.dependencies, {path}):
            readers.append(name.partition("/")[2])
        places += found
    return _Trace(tuple(sorted(set(places), key=_order)), tuple(readers), refusal)


def _order(place: _Place) -> tuple[ResId, list[str], str]:
    return place[0], [f"{key:09}" if isinstance(key, int) else key for key in place[1]], place[2]


def _changed(run: Run, without: Run) -> list[str]:
    """Templates that did not print the same."""
    return [
        name
        for name in sorted({*run.templates, *without.templates})
        if _printed(run.templates.get(name)) != _printed(without.templates.get(name))
    ]


def _printed(run: TemplateRun | None) -> tuple[str, str] | None:
    return (run.text, run.error) if run is not None else None


def _resources(run: TemplateRun | None) -> list[Resource]:
    documents = split_documents(run) if run is not None else []
    found = [document.resource for document in documents if document.resource is not None]
    return [resource for resource in found if not is_test_hook(resource.body)]


def _definitions(run: Run, other: Run) -> list[Resource]:
    """The objects of `crds/` that the other render lacks: they come and go with their chart."""
    files = (data for name, data in sorted(run.crds.items()) if name not in other.crds)
    bodies = (body for data in files for body in plain_documents(data))
    return [resource_of(body) for body in bodies if isinstance(body, dict) and body.get("kind")]


def _places(now: list[Resource], without: list[Resource]) -> Iterator[_Place]:
    """Where the objects of a template differ; if kinds and order are the same, so are the objects."""
    if [each.gvk for each in now] == [each.gvk for each in without]:
        pairs = list(zip(now, without, strict=True))
    else:
        left = {key_of(each.id): each for each in without}
        pairs = [(each, left.pop(key_of(each.id))) for each in now if key_of(each.id) in left]
        met = {id(each) for each, _ in pairs}
        yield from ((each.id, (), "adds") for each in now if id(each) not in met)
        yield from ((each.id, (), "removes") for each in left.values())
    for mine, other in pairs:
        root = unequal(dict(mine.body), dict(other.body))
        for leaf in unequal_leaves(root) if root is not None else ():
            here, there = leaf.before, leaf.after
            change = "adds" if there is ABSENT else "removes" if here is ABSENT else "sets"
            rest = _only_leaf(here if there is ABSENT or there is None else there)
            yield mine.id, (*leaf.place.path, *rest), change


def _only_leaf(value: Json) -> KeyPath:
    """The way to the one thing in a map that comes or goes whole."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((key, inner),) = value.items()
        return (key, *_only_leaf(inner))
    return ()


def _named(res_id: ResId, targets: Iterable[ResId]) -> ResId:
    if res_id.namespace:
        return res_id
    return next((each for each in targets if key_of(each) == key_of(res_id)), res_id)


def _carried(run: TemplateRun, path: KeyPath) -> Iterator[_Place]:
    """Leaves that show the value: all that is known where the chart does not render without it."""
    for document in split_documents(run):
        if document.root is not None and document.id is not None:
            for place, node in _leaves(document.root, ()):
                if _comes_from(document, node, path):
                    yield document.id, place, "sets"


def _comes_from(document: Document, node: Node, path: KeyPath) -> bool:
    sources = [piece.source for piece in document.under(node) if piece.source is not None]
    return any(touches(source.taint, {path}) for source in sources)


def _leaves(node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
    if node.kind == "map" and node.entries:
        for key, child in node.entries.items():
            yield from _leaves(child, (*path, key))
    elif node.kind == "list" and node.items:
        for index, child in enumerate(node.items):
            yield from _leaves(child, (*path, index))
    else:
        yield path, node
