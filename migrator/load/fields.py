"""Kustomize's own names of the fields of a kustomization, and any spelling it accepts -> those names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeAlias

from migrator.model import Json

Shape: TypeAlias = "Mapping[str, Shape] | None"
"""Names of a struct's fields and their shapes (a list of structs has its element's shape); None is free-form."""

_OPTIONS: Shape = {"labels": None, "annotations": None, "disableNameSuffixHash": None, "immutable": None}
_SELECTOR: dict[str, Shape] = {
    "group": None,
    "version": None,
    "kind": None,
    "name": None,
    "namespace": None,
    "annotationSelector": None,
    "labelSelector": None,
}
_PATCH: Shape = {"path": None, "patch": None, "target": _SELECTOR, "options": None}
_CONFIG_MAP: dict[str, Shape] = {
    "name": None,
    "namespace": None,
    "behavior": None,
    "files": None,
    "literals": None,
    "env": None,
    "envs": None,
    "options": _OPTIONS,
}
_IMAGE: Shape = {"name": None, "newName": None, "newTag": None, "tagSuffix": None, "digest": None}
_FIELD_OPTIONS: Shape = {"delimiter": None, "index": None, "encoding": None, "create": None}
_REPLACEMENT: Shape = {
    "path": None,
    "source": {**_SELECTOR, "fieldPath": None, "options": _FIELD_OPTIONS},
    "sourceValue": None,
    "targets": {"select": _SELECTOR, "reject": _SELECTOR, "fieldPaths": None, "options": _FIELD_OPTIONS},
}
_FIELD_SPEC: Shape = {"group": None, "version": None, "kind": None, "path": None, "create": None}
_HELM_CHART: dict[str, Shape] = dict.fromkeys(
    (
        "name",
        "version",
        "repo",
        "releaseName",
        "namespace",
        "valuesFile",
        "additionalValuesFiles",
        "valuesInline",
        "valuesMerge",
        "includeCRDs",
        "skipHooks",
        "apiVersions",
        "kubeVersion",
        "nameTemplate",
        "skipTests",
        "debug",
        "devel",
    )
)
_OLD_HELM_CHART = ("chartName", "chartVersion", "chartRepoUrl", "chartHome", "chartRepoName", "helmBin", "helmHome")

KUSTOMIZATION: Mapping[str, Shape] = {
    "apiVersion": None,
    "kind": None,
    "metadata": None,
    "openapi": None,
    "namePrefix": None,
    "nameSuffix": None,
    "namespace": None,
    "commonLabels": None,
    "labels": {"pairs": None, "includeSelectors": None, "includeTemplates": None, "fields": _FIELD_SPEC},
    "commonAnnotations": None,
    "patchesStrategicMerge": None,
    "patchesJson6902": _PATCH,
    "patches": _PATCH,
    "images": _IMAGE,
    "imageTags": _IMAGE,
    "replacements": _REPLACEMENT,
    "replicas": {"name": None, "count": None},
    "vars": {
        "name": None,
        "objref": {"apiVersion": None, "kind": None, "name": None, "namespace": None, "group": None, "version": None},
        "fieldref": {"fieldPath": None},
    },
    "sortOptions": {"order": None, "legacySortOptions": {"orderFirst": None, "orderLast": None}},
    "resources": None,
    "components": None,
    "crds": None,
    "bases": None,
    "configMapGenerator": _CONFIG_MAP,
    "secretGenerator": {**_CONFIG_MAP, "type": None},
    "helmGlobals": {"chartHome": None, "configHome": None},
    "helmCharts": _HELM_CHART,
    "helmChartInflationGenerator": {
        **_HELM_CHART,
        **dict.fromkeys(_OLD_HELM_CHART),
        "values": None,
        "valuesLocal": None,
    },
    "generatorOptions": _OPTIONS,
    "configurations": None,
    "generators": None,
    "transformers": None,
    "validators": None,
    "buildMetadata": None,
}
"""The fields of kustomize's `types.Kustomization`, those it has given up included."""


def normalise(value: Mapping[str, Json]) -> tuple[dict[str, Json], tuple[str, ...]]:
    """A kustomization in kustomize's own spelling, and the top-level names that kustomize does not know.

    Kustomize decodes through Go's encoding/json: names match regardless of case, the exact spelling does not win over
    a later other one. It then moves given-up spellings: `imageTags` to `images`, `patches` as a list of texts to
    `patchesStrategicMerge`, `bases` behind `resources`, `env` of a generator behind `envs`.
    """
    fields = _respell(value, KUSTOMIZATION)
    unknown = tuple(name for name in fields if name not in KUSTOMIZATION)
    _move(fields, "imageTags", "images")
    patches = fields.get("patches")
    if isinstance(patches, list) and patches and isinstance(patches[0], str):
        _move(fields, "patches", "patchesStrategicMerge")
    _move(fields, "bases", "resources")
    for name in ("configMapGenerator", "secretGenerator"):
        for generator in fields.get(name) or ():
            if isinstance(generator, dict) and (env := generator.pop("env", None)):
                generator["envs"] = [*(generator.get("envs") or ()), env]
    return fields, unknown


def suggestion(name: str) -> str:
    """`, did you mean 'resources'?` for a near miss, else empty."""
    close = difflib.get_close_matches(name, KUSTOMIZATION, n=1)
    return f", did you mean {close[0]!r}?" if close else ""


def _respell(value: Json, shape: Shape) -> Json:
    if shape is None:
        return value
    if isinstance(value, list):
        return [_respell(item, shape) for item in value]
    if not isinstance(value, Mapping):
        return value
    # kustomize ignores the case of field names (fact K3)
    names = {name.lower(): name for name in shape}
    found: dict[str, Json] = {}
    for key, inner in value.items():
        name = names.get(str(key).lower(), str(key))
        found[name] = _respell(inner, shape.get(name))
    return found


def _move(fields: dict[str, Json], source: str, target: str) -> None:
    if source not in fields:
        return
    moved = fields.pop(source)
    if isinstance(moved, list):
        held = fields.get(target)
        fields[target] = [*(held if isinstance(held, list) else ()), *moved]
