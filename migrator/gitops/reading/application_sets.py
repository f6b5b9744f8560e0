"""An ApplicationSet -> the Applications that it generates.

Argo CD documentation, ApplicationSet, Templates; `applicationset/utils/utils.go` and `template_functions.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrator.gitops.reading.clusters import Cluster
from migrator.gitops.reading.filling import NO_VALUE, OPEN, Engine, FillingError, filled
from migrator.gitops.reading.generators import Given, Scope, generated
from migrator.gitops.reading.objects import Found
from migrator.gitops.reading.repository import Tree
from migrator.gitops.reading.trees import without_nulls
from migrator.model import Json, laid_over, mapping_of
from migrator.yamlio import Dialect, YamlError, read_value

FINALIZER = "resources-finalizer.argocd.argoproj.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """An Application, as a set generates it."""

    body: Mapping[str, Json] = field(repr=False)
    unknown: tuple[str, ...] = ()


def generate(found: Found, tree: Tree, clusters: Sequence[Cluster]) -> tuple[Generated, ...]:
    """The Applications of a set; where one cannot be told, the template as far as it is filled in, and why."""
    spec = found.spec
    scope = Scope(
        tree=tree,
        clusters=clusters,
        engine=_engine(spec),
        nested_selectors=bool(spec.get("applyNestedSelectors")),
    )
    several = spec.get("generators")
    entries = [mapping_of(each) for each in several] if isinstance(several, list) else []
    made = [
        _application(found, laid_over(mapping_of(spec.get("template")), _own_template(entry)), given, scope)
        for entry in entries
        for given in generated(entry, scope)
    ]
    return tuple(each for at, each in enumerate(made) if each not in made[:at])


def _engine(spec: Mapping[str, Json]) -> Engine:
    if not spec.get("goTemplate"):
        return Engine.NAMES
    return Engine.STRICT if "missingkey=error" in (spec.get("goTemplateOptions") or ()) else Engine.GO


def _own_template(generator: Mapping[str, Json]) -> Mapping[str, Json]:
    """What the generator itself says of the template, over that of the set (`mergeGeneratorTemplate`)."""
    templates = (mapping_of(held).get("template") for kind, held in generator.items() if kind != "selector")
    return next((mapping_of(each) for each in templates if each), {})


def _application(found: Found, template: Mapping[str, Json], given: Given, scope: Scope) -> Generated:
    unknown = list(given.unknown)
    try:
        body = filled(dict(template), given.params, scope.engine) if given.params else dict(template)
        body = laid_over(body, _patch(found.spec, given, scope)) if scope.go else body
        body = _left_open(body) if given.unknown else body
        unknown += [f"a parameter that is missing: {each}" for each in _lacking(body)]
    except FillingError as error:
        body, unknown = dict(template), [*unknown, f"a template that cannot be filled in: {error}"]
    metadata = dict(mapping_of(body.get("metadata")))
    if found.id.namespace:
        metadata["namespace"] = found.id.namespace
    keeps = mapping_of(found.spec.get("syncPolicy")).get("preserveResourcesOnDeletion")
    if not metadata.get("finalizers") and not keeps:
        metadata["finalizers"] = [FINALIZER]
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **body, "metadata": metadata}
    return Generated(body=without_nulls(body), unknown=tuple(dict.fromkeys(unknown)))


def _patch(spec: Mapping[str, Json], given: Given, scope: Scope) -> Mapping[str, Json]:
    """`templatePatch`: a merge patch, whose text as a whole is a template of Go."""
    text = spec.get("templatePatch")
    if not isinstance(text, str):
        return {}
    try:
        return mapping_of(read_value(filled(text, given.params, scope.engine), dialect=Dialect.SIGS))
    except YamlError as error:
        raise FillingError(f"templatePatch: {error.diagnostic.summary}") from None


def _left_open(value: Json) -> Json:
    """A tree as filled with parameters of which only Argo CD knows all: what it lacks may have a value there."""
    if isinstance(value, Mapping):
        return {key: _left_open(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_left_open(each) for each in value]
    return value.replace(NO_VALUE, OPEN) if isinstance(value, str) else value


def _lacking(value: Json) -> Iterator[str]:
    """Strings in which Go put `<no value>`."""
    if isinstance(value, Mapping):
        for held in value.values():
            yield from _lacking(held)
    elif isinstance(value, list):
        for held in value:
            yield from _lacking(held)
    elif isinstance(value, str) and NO_VALUE in value:
        yield value
