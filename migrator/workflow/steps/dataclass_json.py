"""Frozen value types as JSON and back, by their own annotations: what the cache and plan files hold."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from migrator.model import Json
from migrator.yamlio import ABSENT

_Type = TypeVar("_Type")


def to_json(value: object) -> Json:
    """Mappings, lists and leaves: a dataclass by its fields without those that are ABSENT, an enum by its name.

    A mapping whose keys are not text becomes a list of pairs.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {name: to_json(each) for name, each in held.items() if each is not ABSENT}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, re.Pattern):
        return [value.pattern, value.flags]
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: to_json(each) for key, each in value.items()}
        return [[to_json(key), to_json(each)] for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [to_json(each) for each in value]
    return value


def from_json(kind: type[_Type], held: Json) -> _Type:
    """What `to_json` made of a value of that type; KeyError, TypeError, ValueError or re.error for anything else."""
    return typing.cast("_Type", _read(kind, held))


def _read(kind: Any, held: Json) -> Any:
    if kind is Any:
        return held
    if isinstance(kind, typing.NewType):
        return _read(kind.__supertype__, held)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_union(parts, held)
    if origin is tuple:
        return _read_tuple(parts, held)
    if re.Pattern in (kind, origin):
        return re.compile(*held)
    if origin is not None:
        pairs = held.items() if isinstance(held, Mapping) else held
        return {_read(parts[0], key): _read(parts[1], each) for key, each in pairs}
    if dataclasses.is_dataclass(kind):
        return _read_record(kind, held)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[held]
    if kind is float and isinstance(held, int):
        return float(held)
    if not isinstance(held, kind):
        raise TypeError(f"{type(held).__name__} in the place of {kind.__name__}")
    return held


def _read_union(parts: tuple[Any, ...], held: Json) -> Any:
    if held is None and type(None) in parts:
        return None
    others = [each for each in parts if each is not type(None)]
    if len(others) == 1:
        return _read(others[0], held)
    if not isinstance(held, tuple(others)):
        raise TypeError(f"{type(held).__name__} in the place of one of several types")
    return held


def _read_tuple(parts: tuple[Any, ...], held: Json) -> tuple[Any, ...]:
    if not isinstance(held, list):
        raise TypeError(f"{type(held).__name__} in the place of a list")
    if parts[1:] == (...,):
        return tuple(_read(parts[0], each) for each in held)
    return tuple(_read(part, each) for part, each in zip(parts, held, strict=True))


def _read_record(kind: Any, held: Json) -> Any:
    if not isinstance(held, Mapping):
        raise TypeError(f"{type(held).__name__} in the place of {kind.__name__}")
    hints = _hints(kind)
    missing = {name: ABSENT for name, hint in hints.items() if hint is Any and name not in held}
    return kind(**missing, **{name: _read(hints[name], each) for name, each in held.items()})


@lru_cache(maxsize=64)
def _hints(kind: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)
