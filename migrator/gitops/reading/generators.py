"""What the generators of an ApplicationSet give to its template, as far as the files of the repository tell.

Argo CD documentation, ApplicationSet, Generators; `applicationset/generators/`. A generator that asks somebody else
gives one set of parameters with nothing in it, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.gitops.reading.clusters import THE_LOCAL, Cluster
from migrator.gitops.reading.filling import Engine, FillingError, Params, filled, normalized
from migrator.gitops.reading.git_generator import from_git
from migrator.gitops.reading.repository import ELSEWHERE, Tree
from migrator.gitops.reading.selectors import selects
from migrator.gitops.reading.trees import flat
from migrator.model import Json, laid_over, mapping_of
from migrator.yamlio import Dialect, YamlError, read_value

_LATER = "{{%s}}"
"""In the place of a parameter that only Argo CD knows: it stays a template."""
_FOREIGN = "which clusters Argo CD knows beside those of files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What generators are evaluated in."""

    tree: Tree = field(repr=False)
    clusters: Sequence[Cluster]
    engine: Engine
    nested_selectors: bool = False
    """`applyNestedSelectors`: whether selectors of generators within generators count."""

    @property
    def go(self) -> bool:
        """Whether parameters are trees, as Go's templates walk them."""
        return self.engine is not Engine.NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One set of parameters."""

    params: Params
    unknown: tuple[str, ...] = ()
    """What of it cannot be told."""


def generated(generator: Mapping[str, Json], scope: Scope, outer: Params | None = None) -> tuple[Given, ...]:
    """The sets of parameters of one entry of `generators`; `outer` are those of the generators before it in a matrix.

    The entry's selector is asked of the parameters under their dotted names (`generator_spec_processor.go`, Transform).
    """
    try:
        inner = filled(dict(generator), outer, scope.engine) if outer else generator
        found = [
            each for kind in inner if kind != "selector" for each in _of_kind(kind, mapping_of(inner[kind]), scope)
        ]
    except FillingError as error:
        return (Given(params={}, unknown=(f"a template that cannot be filled in: {error}",)),)
    if "selector" not in generator:
        return tuple(found)
    selector = mapping_of(generator["selector"])
    chosen = ((each, selects(selector, dict(flat(each.params)))) for each in found)
    return tuple(
        each if answer else replace(each, unknown=(*each.unknown, "which clusters a selector takes"))
        for each, answer in chosen
        if answer is not False
    )


def _of_kind(kind: str, generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    readers: Mapping[str, Callable[[Mapping[str, Json], Scope], Iterator[Given]]] = {
        "list": _list,
        "git": _git,
        "clusters": _clusters,
        "matrix": _matrix,
        "merge": _merge,
    }
    if kind in readers:
        yield from readers[kind](generator, scope)
    else:
        yield Given(params={}, unknown=(f"what a generator gives that asks elsewhere: {kind}",))


def _list(generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    elements = generator.get("elements")
    listed = list(elements) if isinstance(elements, list) else []
    if isinstance(text := generator.get("elementsYaml"), str):
        try:
            more = read_value(text, dialect=Dialect.SIGS)
        except YamlError as error:
            raise FillingError(f"elementsYaml: {error.diagnostic.summary}") from None
        listed += more if isinstance(more, list) else []
    for element in map(mapping_of, listed):
        yield Given(params=dict(element) if scope.go else dict(flat(element)))


def _git(generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    address = str(generator.get("repoURL") or "")
    if not scope.tree.is_here(address):
        yield Given(params={}, unknown=(f"{ELSEWHERE}: {address}",))
        return
    for params in from_git(generator, scope.tree, go=scope.go):
        yield Given(params=_with_values(params, generator, scope))


def _with_values(params: Params, generator: Mapping[str, Json], scope: Scope) -> Params:
    """The parameters with the generator's `values`, which may name them (`value_interpolation.go`)."""
    values = filled(dict(mapping_of(generator.get("values"))), params, scope.engine)
    if scope.go:
        return {**params, "values": values} if values else params
    return {**params, **{f"values.{key}": held for key, held in values.items()}}


def _clusters(generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    """The local cluster, unless there is a selector or a Secret describes it, and those of Secrets; more may be.

    Argo CD documentation, Cluster Generator; `applicationset/generators/cluster.go`.
    """
    selector = mapping_of(generator.get("selector"))
    asks = bool(selector.get("matchLabels") or selector.get("matchExpressions"))
    local = () if asks or any(each.server == THE_LOCAL.server for each in scope.clusters) else (THE_LOCAL,)
    known = [*local, *(each for each in scope.clusters if not asks or selects(selector, each.labels))]
    if generator.get("flatList"):
        yield Given(params={"clusters": [_described(each, scope) for each in known]}, unknown=(_FOREIGN,))
        return
    for each in known:
        yield Given(params=_with_values(_described(each, scope), generator, scope))
    later = _described(Cluster(name=_LATER % "name", server=_LATER % "server"), scope)
    later = {**later, "nameNormalized": _LATER % "nameNormalized"}
    yield Given(params=_with_values(later, generator, scope), unknown=(_FOREIGN,))


def _described(cluster: Cluster, scope: Scope) -> Params:
    params: dict[str, Json] = {
        "name": cluster.name,
        "nameNormalized": normalized(cluster.name),
        "server": cluster.server,
        "project": cluster.project,
    }
    about = {"labels": dict(cluster.labels), "annotations": dict(cluster.annotations)}
    if scope.go:
        return {**params, "metadata": about}
    return {**params, **{f"metadata.{kind}.{key}": held for kind, all_ in about.items() for key, held in all_.items()}}


def _matrix(generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    """Each set of the first with each of the second, which may name those of the first (`matrix.go`)."""
    found: tuple[Given, ...] = (Given(params={}),)
    for inner in _inner(generator, scope):
        found = tuple(_joined(one, other) for one in found for other in generated(inner, scope, one.params))
    yield from found


def _joined(one: Given, other: Given) -> Given:
    return Given(
        params=laid_over(other.params, one.params), unknown=tuple(dict.fromkeys((*one.unknown, *other.unknown)))
    )


def _merge(generator: Mapping[str, Json], scope: Scope) -> Iterator[Given]:
    """The sets of the first, each with what the others give for the same keys laid over it (`merge.go`)."""
    keys = [str(key) for key in generator.get("mergeKeys") or ()]
    base, *others = [generated(inner, scope) for inner in _inner(generator, scope)] or [()]
    for one in base:
        yield _overlaid(one, others, keys)
        if any("{{" in str(one.params.get(key)) for key in keys):
            yield from _of_unseen(one, base, others, keys)


def _overlaid(one: Given, others: Sequence[Sequence[Given]], keys: Sequence[str]) -> Given:
    for given in others:
        for each in given:
            if all(each.params.get(key) == one.params.get(key) for key in keys):
                one = Given(params=laid_over(one.params, each.params), unknown=(*one.unknown, *each.unknown))
    return one


def _of_unseen(
    one: Given, base: Sequence[Given], others: Sequence[Sequence[Given]], keys: Sequence[str]
) -> Iterator[Given]:
    """What clusters get that no file registers and that a list names: they are there if Argo CD knows them."""
    known = [[each.params.get(key) for key in keys] for each in base]
    named = [[each.params.get(key) for key in keys] for given in others for each in given]
    for at in dict.fromkeys(tuple(map(str, each)) for each in named if None not in each and each not in known):
        names = dict(zip(keys, at, strict=True))
        unknown = (f"whether Argo CD knows a cluster: {', '.join(at)}",)
        yield _overlaid(Given(params={**one.params, **names}, unknown=unknown), others, keys)


def _inner(generator: Mapping[str, Json], scope: Scope) -> Iterator[Mapping[str, Json]]:
    """The generators within another; a selector of what is nested deeper counts only where the set says so."""
    several = generator.get("generators")
    for each in map(mapping_of, several if isinstance(several, list) else ()):
        yield each if scope.nested_selectors else _without_deeper_selectors(each)


def _without_deeper_selectors(generator: Mapping[str, Json]) -> Mapping[str, Json]:
    held = dict(generator)
    for kind in ("matrix", "merge"):
        inner = mapping_of(held.get(kind)).get("generators")
        if isinstance(inner, list):
            plain = [{key: value for key, value in mapping_of(each).items() if key != "selector"} for each in inner]
            held[kind] = {**mapping_of(held[kind]), "generators": plain}
    return held
