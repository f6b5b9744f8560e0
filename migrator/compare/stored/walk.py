"""The way through an object, type by type. What is not touched is not copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.compare.stored.conditional import CONDITIONAL
from migrator.compare.stored.equivalences import (
    API_DEFAULTS,
    EMPTY_FIELDS,
    NULL_FIELDS,
    QUANTITIES,
    Equivalences,
)
from migrator.compare.stored.quantities import quantity_text
from migrator.compare.stored.types import SCALARS, FieldType, StructType, When, types
from migrator.model import Gvk, Json, KeyPath
from migrator.yamlio import ABSENT, same

Applied = list[tuple[str, KeyPath]]

MAPS_OF_TEXT = frozenset(
    {
        *("annotations", "binaryData", "capacity", "data", "hard", "labels", "limits", "matchLabels", "nodeSelector"),
        *("options", "parameters", "requests", "selector", "stringData", "volumeAttributes"),
    }
)
"""Fields that hold a map of text in some type: a null in it is an entry."""

_BUILT_IN_GROUPS = frozenset(
    {
        *("", "apps", "autoscaling", "batch", "extensions", "policy", "admissionregistration.k8s.io"),
        *("apiextensions.k8s.io", "apiregistration.k8s.io", "certificates.k8s.io", "coordination.k8s.io"),
        *("discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io"),
        *("rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"),
    }
)


def is_of_kubernetes(gvk: Gvk) -> bool:
    """Whether the API server holds the kind as a type of Go; other groups of `k8s.io` have custom resources."""
    return gvk.group in _BUILT_IN_GROUPS


def is_built_in(gvk: Gvk) -> bool:
    """Whether the kind is one of the Kubernetes project, by its group."""
    return is_of_kubernetes(gvk) or gvk.group.endswith(".k8s.io")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What holds on the way, and what was done."""

    rules: Equivalences
    is_scaled: bool = False
    applied: Applied = field(default_factory=list)

    def untyped(self, body: Mapping[str, Json], gvk: Gvk) -> Mapping[str, Json]:
        """An object whose type is not in the table: its metadata is known, and its nulls where they are absent ones."""
        metadata = FieldType(name="ObjectMeta")
        is_typed = is_of_kubernetes(gvk) or (gvk.group, gvk.kind) in types().structural
        changed: dict[str, Json] = {}
        for key, child in body.items():
            if key == "metadata":
                changed[key] = self.field(child, metadata, (key,))
            elif is_typed and child is None and NULL_FIELDS in self.rules:
                changed[key] = self._left_out(NULL_FIELDS, (key,))
            elif is_typed:
                changed[key] = self._generic(child, (key,))
        return _with(body, changed)

    def struct(self, value: Mapping[str, Json], struct: StructType, path: KeyPath) -> Mapping[str, Json]:
        """A value of a type of the table."""
        kept = _with(value, {key: self._kept(key, child, struct, path) for key, child in value.items()})
        if API_DEFAULTS in self.rules:
            kept = self._filled(kept, struct, path)
        changed: dict[str, Json] = {
            key: self.field(child, struct.fields.get(key), (*path, key)) for key, child in kept.items()
        }
        for key in struct.embedded:
            if key not in kept and not path:
                continue
            if key not in kept:
                changed[key] = self.struct({}, types().structs[struct.fields[key].name], (*path, key)) or ABSENT
            elif changed[key] == {} and EMPTY_FIELDS in self.rules:
                changed[key] = self._left_out(EMPTY_FIELDS, (*path, key))
        return _with(kept, changed)

    def field(self, value: Json, kind: FieldType | None, path: KeyPath) -> Json:
        """What a field holds."""
        if kind is None:
            return self._generic(value, path)
        if kind.is_list:
            return self._items(value, kind, path) if isinstance(value, list) else value
        if kind.name in SCALARS:
            return value
        if kind.name == "Quantity":
            return self._quantity(value, path, to_milli=False)
        if not isinstance(value, Mapping):
            return value
        if kind.name == "ResourceList":
            return _with(value, {key: self._quantity(each, (*path, key)) for key, each in value.items()})
        return self.struct(value, types().structs[kind.name], path)

    def _items(self, items: list[Json], kind: FieldType, path: KeyPath) -> Json:
        if kind.name == "raw":
            return items
        struct = types().structs.get(kind.name)
        result: list[Json] = []
        for index, item in enumerate(items):
            here = (*path, index)
            is_struct = struct is not None and isinstance(item, Mapping)
            result.append(self.struct(item, struct, here) if struct and is_struct else self._generic(item, here))
        return result if any(new is not old for new, old in zip(result, items, strict=True)) else items

    def _kept(self, key: str, child: Json, struct: StructType, path: KeyPath) -> Json:
        """The value of a field, ABSENT where its type leaves it out."""
        if child is None:
            is_raw = key in struct.fields and struct.fields[key].name == "raw"
            return self._left_out(NULL_FIELDS, (*path, key)) if NULL_FIELDS in self.rules and not is_raw else None
        kind = struct.fields.get(key)
        if kind is None or EMPTY_FIELDS not in self.rules:
            return child
        nothing = kind.zero if kind.empty is ABSENT else kind.empty
        is_nothing = nothing is not ABSENT and same(child, nothing)
        return self._left_out(EMPTY_FIELDS, (*path, key)) if is_nothing else child

    def _filled(self, value: Mapping[str, Json], struct: StructType, path: KeyPath) -> Mapping[str, Json]:
        """The value with what the API server fills in, in the order in which it does."""
        filled = self._fill(value, struct.defaults, path)
        for case in struct.when:
            if case.holds(filled):
                filled = self._without(filled, struct, case, path)
        filled = self._fill(filled, {key: value[other] for key, other in struct.copies.items() if other in value}, path)
        conditional = CONDITIONAL.get(struct.name)
        if conditional is None:
            return filled
        found = dict(conditional(filled))
        self.applied.extend((API_DEFAULTS, (*path, key)) for key in found)
        return _with(filled, found)

    def _without(self, value: Mapping[str, Json], struct: StructType, case: When, path: KeyPath) -> Mapping[str, Json]:
        """The value without what is the same as nothing."""
        gone: dict[str, Json] = {}
        bare = Walk(rules=self.rules)
        for key in (each for each in case.same if each in value):
            kind = struct.fields.get(key)
            sides = [bare.field(side, kind, (key,)) for side in (value[key], case.same[key])]
            if same(*sides):
                gone[key] = self._left_out(API_DEFAULTS, (*path, key))
        return _with(value, gone)

    def _fill(self, value: Mapping[str, Json], defaults: Mapping[str, Json], path: KeyPath) -> Mapping[str, Json]:
        missing = {key: each for key, each in defaults.items() if key not in value}
        if self.is_scaled:
            missing.pop("replicas", None)
        self.applied.extend((API_DEFAULTS, (*path, key)) for key in missing)
        return {**value, **missing} if missing else value

    def _quantity(self, value: Json, path: KeyPath, *, to_milli: bool = True) -> Json:
        text = quantity_text(value, to_milli=to_milli) if QUANTITIES in self.rules else value
        if type(text) is type(value) and text == value:
            return value
        self.applied.append((QUANTITIES, path))
        return text

    def _generic(self, value: Json, path: KeyPath) -> Json:
        """A value of a type that is not in the table: its fields that are null are left out."""
        if NULL_FIELDS not in self.rules:
            return value
        if isinstance(value, list):
            items = [self._generic(item, (*path, index)) for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, Mapping) or path[-1] in MAPS_OF_TEXT:
            return value
        return _with(
            value,
            {
                key: self._left_out(NULL_FIELDS, (*path, key)) if child is None else self._generic(child, (*path, key))
                for key, child in value.items()
            },
        )

    def _left_out(self, rule: str, path: KeyPath) -> Json:
        self.applied.append((rule, path))
        return ABSENT


def _with(value: Mapping[str, Json], changed: Mapping[str, Json]) -> Mapping[str, Json]:
    """The map with its entries changed, those that are ABSENT left out; the very map where nothing is changed."""
    if all(value.get(key, ABSENT) is each for key, each in changed.items()):
        return value
    merged = {**value, **changed}
    return {key: each for key, each in merged.items() if each is not ABSENT}
