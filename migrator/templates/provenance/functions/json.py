"""fromJson on values: what was a tree before it was written as JSON is that tree again, with its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrator.model import Json
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import Piece, Value, lift, plain, shows

_WRITERS = frozenset({"toJson", "mustToJson", "toRawJson", "mustToRawJson", "toPrettyJson", "mustToPrettyJson"})


def tree_of(pieces: Sequence[Piece] | None, scope: Scope) -> Value | None:
    """The value that a text is, where all of it was written as JSON in one go; else None."""
    written = [piece for piece in pieces or () if shows(piece, scope.region) and piece.text.strip()]
    source = written[0].source if len(written) == 1 else None
    return _tree(source) if source is not None else None


def _tree(text: Value) -> Value | None:
    return text.args[0] if text.op in _WRITERS and text.args else None


def read_back(made: Json, before: Value) -> Value:
    """What was read, each part with the source that it had before it was written, if it is still what it was."""
    v: Any = before.v
    if isinstance(made, dict) and isinstance(v, dict):
        v = {key: read_back(item, v[key]) if key in v else lift(item) for key, item in made.items()}
    elif isinstance(made, list) and isinstance(v, list) and len(v) == len(made):
        v = [read_back(item, v[index]) for index, item in enumerate(made)]
    elif isinstance(made, (dict, list)) or isinstance(v, (dict, list)):
        return lift(made)
    elif type(v) is type(made) and v == made:
        return before
    else:  # a number is a float now
        same = plain(before) == made
        return Value(made, before.direct, before.op, before.args) if same else Value(made)
    copy = Value(v, before.direct, before.op, before.args)
    copy.hidden, copy.coming = before.hidden, before.coming
    return copy


def _reader(name: str) -> Lifted:
    def run(scope: Scope, args: list[Value]) -> Value:
        text = args[0]
        before = _tree(text) or tree_of(text.pieces, scope)
        if before is None or not isinstance(text.v, str):
            return scope.apply_plain(name, args)
        return read_back(FUNCTIONS[name](text.v), before)

    return run


JSON: Mapping[str, Lifted] = {name: _reader(name) for name in ("fromJson", "fromJsonArray", "mustFromJson")}
