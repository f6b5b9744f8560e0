"""toJson and fromJson on values: leaves keep their sources, and what is read back is the tree that it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrator.model import Json
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.golang.encoding_json import encode, encode_text
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import MARK, Piece, Value, lift, parts, plain, shows

_WRITERS = frozenset({"toJson", "mustToJson", "toRawJson", "mustToRawJson", "toPrettyJson", "mustToPrettyJson"})


def _writer(name: str) -> Lifted:
    """One piece per leaf and per key, each with the value it shows."""

    def run(scope: Scope, args: list[Value]) -> Value:
        (value,) = args
        if scope.region is not None and (value.v is None or value.v in ("", [], {})):
            pieces = [Piece(MARK, value, scope.path_condition, scope.region)]
            return Value("", (), name, tuple(args), tuple(pieces))
        made = scope.apply_plain(name, args)
        writer = _Writer(scope, made, html="Raw" not in name, pretty="Pretty" in name)
        written = tuple(writer.pieces(value, "\n"))
        if made.v == "".join(piece.text for piece in written if shows(piece, scope.region)):
            made.pieces = written
        return made

    return run


class _Writer:
    def __init__(self, scope: Scope, whole: Value, *, html: bool, pretty: bool) -> None:
        self.scope, self.wholes, self.html, self.pretty = scope, (whole,), html, pretty

    def pieces(self, value: Value, line: str) -> Iterator[Piece]:
        """The pieces of a value; `line` begins the line that it ends on, where each entry has one of its own."""
        v = value.v
        if not v or type(v) not in (dict, list):
            yield from self._leaf(value)
            return
        marks, colon = ("{}", ": " if self.pretty else ":") if type(v) is dict else ("[]", "")
        inner, outer = (line + "  ", line) if self.pretty else ("", "")
        yield self._piece("", value)
        before = marks[0]
        for key, item in sorted(v.items(), key=lambda entry: entry[0]) if type(v) is dict else enumerate(v):
            yield self._piece(before + inner)
            if colon:
                yield self._piece(encode_text(str(key), html=self.html), item)
                yield self._piece(colon)
            yield from self.pieces(item, line + "  ")
            before = ","
        yield self._piece(outer + marks[1])

    def _leaf(self, value: Value) -> Iterator[Piece]:
        if not isinstance(value.v, str):
            yield self._piece(encode(plain(value), html=self.html), value)
            return
        yield self._piece('"')
        if value.pieces is not None:
            yield from (each.with_text(encode_text(each.text, html=self.html)[1:-1]) for each in parts(value))
        else:
            yield self._piece(encode_text(value.v, html=self.html)[1:-1], value)
        yield self._piece('"')

    def _piece(self, text: str, source: Value | None = None) -> Piece:
        is_literal = source is None or not (source.direct or source.op)
        scope = self.scope
        return Piece(text, None if is_literal else source, scope.path_condition, scope.region, self.wholes)


def tree_of(pieces: Sequence[Piece] | None, scope: Scope) -> Value | None:
    """The value that a text is, where all of it was written as JSON in one go; else None."""
    written = [piece for piece in pieces or () if shows(piece, scope.region) and piece.text.strip()]
    wholes = [whole for whole in written[0].wholes if whole.op in _WRITERS] if written else []
    text = "".join(piece.text for piece in written)
    found = (whole for whole in wholes if isinstance(whole.v, str) and whole.v.strip() == text.strip())
    return next((whole.args[0] for whole in found), None)


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


JSON: Mapping[str, Lifted] = {
    **{name: _reader(name) for name in ("fromJson", "fromJsonArray", "mustFromJson")},
    **{name: _writer(name) for name in sorted(_WRITERS)},
}
