"""The types of Kubernetes as far as the API server fills in or leaves out: `rules/kubernetes/defaults.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from migrator.model import Json
from migrator.yamlio import ABSENT, Dialect, read_value, rules_directory

_ZEROS: Mapping[str, Json] = {"string": "", "bool": False, "int": 0}
"""The scalars of Go that are left out where they hold their zero."""
SCALARS = frozenset({"raw", "map", "IntOrString", *_ZEROS})
"""What is taken as it stands."""
_QUANTITIES = frozenset({"Quantity", "ResourceList"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """How Go holds a field."""

    name: str
    """Of the type itself: `Probe`, `string`, `map`, `Quantity`."""
    is_pointer: bool = False
    """Presence means something, also of an empty one."""
    is_list: bool = False

    @property
    def is_embedded(self) -> bool:
        """Whether it is a struct in its place."""
        return not (self.is_pointer or self.is_list or self.name in SCALARS or self.name in _QUANTITIES)

    @property
    def zero(self) -> Json:
        """What it holds where it is left out; ABSENT where nothing is left out."""
        return ABSENT if self.is_pointer or self.is_list else _ZEROS.get(self.name, ABSENT)

    @property
    def empty(self) -> Json:
        """The list or map that is not there where it is empty; ABSENT for a field of another kind."""
        if self.is_list:
            return []
        return {} if self.name in {"map", "ResourceList"} else ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What the API server fills in where fields have certain values."""

    fields: Mapping[str, Sequence[Json]]
    same: Mapping[str, Json]
    """Field -> what is the same as nothing; an empty struct stands for one with its own defaults."""

    def holds(self, value: Mapping[str, Json]) -> bool:
        return all(value.get(key) in wanted for key, wanted in self.fields.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class StructType:
    """A struct of Go."""

    name: str
    fields: Mapping[str, FieldType]
    defaults: Mapping[str, Json]
    when: tuple[When, ...]
    copies: Mapping[str, str]
    """Field -> the field whose value it has where it has none."""

    embedded: tuple[str, ...]
    """Fields that hold a struct in their place, which is there even where nothing is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterField:
    """What a cluster adds to objects of a kind."""

    kind: str
    """`Kind.group`, `*` for all."""
    path: tuple[str, ...]
    values: tuple[str, ...]
    """Patterns of the values that are a cluster's; none: all are."""
    is_of_dumps: bool
    """Whether it is a cluster's only in what is read out of one: who applies it means it."""

    def is_said_by(self, value: Json) -> bool:
        """Whether the value is one that a cluster adds; of a list each item has to be."""
        items = value if isinstance(value, list) else [value]
        return not self.values or all(any(fnmatchcase(str(item), each) for each in self.values) for item in items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """The whole table."""

    structs: Mapping[str, StructType]
    kinds: Mapping[tuple[str, str], StructType]
    """apiVersion and kind -> the type of the object."""
    status: frozenset[tuple[str, str]]
    """Group and kind of what has a status that only the cluster writes."""
    structural: frozenset[tuple[str, str]]
    """Group and kind of custom resources of whose fields none may be null."""
    cluster: tuple[ClusterField, ...]
    made: tuple[Mapping[str, str], ...]
    """Objects that a cluster makes by itself: `kind`, and `name` or `type` where only those are."""

    def of(self, body: Mapping[str, Json]) -> StructType | None:
        """The type of an object; None for one that is not in the table."""
        return self.kinds.get((str(body.get("apiVersion") or ""), str(body.get("kind") or "")))


@lru_cache(maxsize=1)
def types() -> Types:
    """The types that ship with the tool."""
    path = rules_directory() / "kubernetes" / "defaults.yaml"
    table: Any = read_value(path.read_bytes(), dialect=Dialect.SIGS)
    structs = {name: _struct(name, table["types"]) for name in table["types"]}
    kinds = {}
    for written, name in table["kinds"].items():
        api_version, _, kind = written.partition(" ")
        kinds[api_version, kind] = structs[name]
    return Types(
        structs=structs,
        kinds=kinds,
        status=_group_kinds(table["status"]["kinds"]),
        structural=_group_kinds(table["structural"]["kinds"]),
        cluster=tuple(
            ClusterField(
                kind=kind,
                path=tuple(each["path"]),
                values=tuple(each.get("values", ())),
                is_of_dumps=each.get("dumps", False),
            )
            for kind, fields in table["cluster"]["kinds"].items()
            for each in fields
        ),
        made=tuple(table["cluster"]["objects"]),
    )


def is_one_type(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    """Whether two objects are of one type, in whichever versions of it."""
    return types().of(one) is types().of(other)


def _group_kinds(written: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Group and kind of `Kind.group`."""
    parts = (each.partition(".") for each in written)
    return frozenset((group, kind) for kind, _, group in parts)


def _struct(name: str, table: Mapping[str, Any]) -> StructType:
    written: list[Mapping[str, Any]] = [table[name]]
    while "extends" in written[0]:
        written.insert(0, table[written[0]["extends"]])
    fields = {key: _field(text) for each in written for key, text in each.get("fields", {}).items()}
    return StructType(
        name=name,
        fields=fields,
        defaults={key: value for each in written for key, value in each.get("defaults", {}).items()},
        when=tuple(When(fields=case["if"], same=case["same"]) for each in written for case in each.get("when", ())),
        copies={key: other for each in written for key, other in each.get("copies", {}).items()},
        embedded=tuple(key for key, field in fields.items() if field.is_embedded),
    )


def _field(text: str) -> FieldType:
    name = text.removeprefix("*").removeprefix("[]")
    return FieldType(name=name, is_pointer=text.startswith("*"), is_list=text.startswith("[]"))
