"""The schemas of docs/schema, for tests of what commands print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schema"


def problems(document: Any, name: str) -> list[str]:
    """What is wrong with a document, each with its place; a key that the schema does not name is wrong here too."""
    errors = _validator(name).iter_errors(document)
    return sorted(f"{error.json_path}: {error.message}" for error in errors)


def schema_for(arguments: Sequence[str]) -> str:
    """The schema of what a command line prints with `--format json`."""
    command, *more = arguments
    if command == "apply" and "--relock" in more:
        return "relock"
    if command == "explain" and "/" in more[0]:
        return "explain-object"
    return f"rules-{more[0]}" if command == "rules" else command


def schemas() -> dict[str, Any]:
    """File -> schema, as it is written."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCHEMAS.glob("*.json"))}


@cache
def _validator(name: str) -> Draft202012Validator:
    # further keys are free for who reads a document, not for who writes it; a document that builds on another adds keys
    files = {file: {key: _closed(part) for key, part in schema.items()} for file, schema in schemas().items()}
    held = ((file, DRAFT202012.create_resource(schema)) for file, schema in files.items())
    top = files[f"{name}-1.0.json"] | {"unevaluatedProperties": False}
    return Draft202012Validator(top, registry=Registry().with_resources(held))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(each) for key, each in schema.items()}
    return inner | {"unevaluatedProperties": False} if "properties" in schema else inner
