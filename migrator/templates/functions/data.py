"""YAML, JSON and TOML, to and from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.encoding_json import decode, encode, encode_pretty, type_name
from migrator.templates.golang.toml import from_toml, to_toml
from migrator.templates.golang.types import NilList, NilMap
from migrator.templates.golang.yaml import from_yaml, to_yaml, to_yaml_pretty

_MAP, _LIST = "map[string]interface {}", "[]interface {}"


def _to_json(value: Json) -> str:
    try:
        return encode(value)
    except TemplateError:
        return ""


def _to_pretty_json(value: Json) -> str:
    try:
        return encode_pretty(value)
    except TemplateError:
        return ""


def _to_raw_json(value: Json) -> str:
    try:
        return encode(value, html=False)
    except TemplateError:
        return ""


def _wrong_type(value: Json, wanted: str, lead: str) -> str:
    return f"{lead}json: cannot unmarshal {type_name(value)} into Go value of type {wanted}"


def _from_json(text: str) -> dict[str, Json]:
    try:
        value = decode(text)
    except TemplateError as error:
        return {"Error": error.message}
    if isinstance(value, dict):
        return value
    return NilMap() if value is None else {"Error": _wrong_type(value, _MAP, "")}


def _from_json_array(text: str) -> list[Json]:
    try:
        value = decode(text)
    except TemplateError as error:
        return [error.message]
    if isinstance(value, list):
        return value
    return NilList() if value is None else [_wrong_type(value, _LIST, "")]


def _from_yaml(text: str) -> dict[str, Json]:
    try:
        value = from_yaml(text)
    except TemplateError as error:
        return {"Error": error.message}
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    return {"Error": _wrong_type(value, _MAP, "error unmarshaling JSON: while decoding JSON: ")}


def _from_yaml_array(text: str) -> list[Json]:
    try:
        value = from_yaml(text)
    except TemplateError as error:
        return [error.message]
    if isinstance(value, list):
        return value
    if value is None:
        return []
    return [_wrong_type(value, _LIST, "error unmarshaling JSON: while decoding JSON: ")]


ENTRIES: Final[Mapping[str, Entry]] = {
    "toYaml": ("a", to_yaml),
    "toYamlPretty": ("a", to_yaml_pretty),
    "fromYaml": ("s", _from_yaml),
    "fromYamlArray": ("s", _from_yaml_array),
    "toJson": ("a", _to_json),
    "mustToJson": ("a", encode),
    "toPrettyJson": ("a", _to_pretty_json),
    "mustToPrettyJson": ("a", encode_pretty),
    "toRawJson": ("a", _to_raw_json),
    "mustToRawJson": ("a", lambda value: encode(value, html=False)),
    "fromJson": ("s", _from_json),
    "fromJsonArray": ("s", _from_json_array),
    "mustFromJson": ("s", decode),
    "toToml": ("a", to_toml),
    "fromToml": ("s", from_toml),
}
