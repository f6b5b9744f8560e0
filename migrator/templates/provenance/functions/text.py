"""Text functions on values: each works piece by piece, so that every character keeps its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from migrator.templates.bounds import check_text
from migrator.templates.errors import TemplateError
from migrator.templates.functions.text.cases import lower, upper
from migrator.templates.functions.text.strings import replaced
from migrator.templates.golang.fmt import sprintf, to_text
from migrator.templates.golang.strconv import quote
from migrator.templates.golang.types import type_of
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import MARK, Piece, Region, Value, composed, parts, plain, shows

MAX_COMING = 6
"""Items that untaken branches append to a list, the last ones, which are joined as well."""
_SPACE = " \t\n\v\f\r\x85\xa0"


def show(value: Value) -> Value:
    """The value as text, as `toString` gives it."""
    v = value.v
    if isinstance(v, str):
        return value
    text = str(v) if isinstance(v, GoObject) else to_text(plain(value))
    literal = not value.direct and not value.op
    return Value(text) if literal else Value(text, (), "toString", (value,))


def text_pieces(scope: Scope, value: Value) -> list[Piece]:
    """The pieces of a value as text; in an untaken branch a missing value leaves a mark."""
    if value.pieces is not None and isinstance(value.v, str):
        return parts(value)
    shown = show(value)
    text = shown.v
    if scope.region is not None and (value.v is None or value.v == "") and (value.direct or value.op):
        text = MARK
    literal = not shown.direct and not shown.op
    return [Piece(text, None if literal else shown, scope.path_condition, scope.region)]


def _literal(scope: Scope, text: str) -> Piece:
    return Piece(text, None, scope.path_condition, scope.region)


def _made(scope: Scope, pieces: list[Piece], op: str, args: list[Value]) -> Value:
    return composed(pieces, op, tuple(args), scope.region)


def _quote(mark: str) -> Lifted:
    """`quote` and `squote`."""

    def run(scope: Scope, args: list[Value]) -> Value:
        pieces: list[Piece] = []
        for arg in args:
            if arg.v is None and not (scope.region is not None and (arg.direct or arg.op)):
                if arg.direct:
                    pieces.append(Piece("", arg, scope.path_condition, scope.region))
                continue
            if any(piece.text for piece in pieces):
                pieces.append(_literal(scope, " "))
            inner = text_pieces(scope, arg)
            if mark == '"':
                inner = [p.with_text(quote(p.text)[1:-1]) for p in inner]
            pieces += [_literal(scope, mark), *inner, _literal(scope, mark)]
        return _made(scope, pieces, "quote" if mark == '"' else "squote", args)

    return run


def _count(value: Value) -> int:
    v = value.v
    if isinstance(v, bool) or not isinstance(v, (int, float)):
        raise TemplateError(f"wrong type for value; expected int; got {type_of(v)}")
    return int(v)


def _text(value: Value) -> str:
    if not isinstance(value.v, str):
        got = "string; got nil" if value.v is None else f"string; got {type_of(value.v)}"
        raise TemplateError(f"wrong type for value; expected {got}")
    return value.v


def _string_pieces(scope: Scope, value: Value) -> list[Piece]:
    if value.v is None and scope.region is not None:
        return text_pieces(scope, value)
    _text(value)
    return text_pieces(scope, value)


def _indent(*, newline: bool) -> Lifted:
    """`indent` and `nindent`."""

    def run(scope: Scope, args: list[Value]) -> Value:
        width, found = _count(args[0]), _string_pieces(scope, args[1])
        if width < 0:
            raise TemplateError("error calling indent: strings: negative Repeat count")
        check_text(width * (1 + sum(p.text.count("\n") for p in found)), "indent")
        pad = " " * width
        pieces = [p.with_text(p.text.replace("\n", "\n" + pad)) if "\n" in p.text else p for p in found]
        start = _literal(scope, ("\n" if newline else "") + pad)
        return _made(scope, [start, *pieces], "indent", args)

    return run


def _strip(pieces: list[Piece], characters: str, *, front: bool, region: Region | None) -> list[Piece]:
    """Take characters off one end; untaken branches of other regions are stepped over."""
    kept = list(pieces)
    order = range(len(kept)) if front else range(len(kept) - 1, -1, -1)
    for index in order:
        piece = kept[index]
        if not piece.text or not shows(piece, region):
            continue
        text = piece.text.lstrip(characters) if front else piece.text.rstrip(characters)
        if text != piece.text:
            kept[index] = piece.with_text(text)
        if text:
            break
    return kept


def _edge_trim(*, cutset: bool = False) -> Lifted:
    """`trim` and `trimAll`."""

    def run(scope: Scope, args: list[Value]) -> Value:
        characters = _text(args[0]) if cutset else _SPACE
        pieces = _string_pieces(scope, args[-1])
        pieces = _strip(pieces, characters, front=True, region=scope.region)
        pieces = _strip(pieces, characters, front=False, region=scope.region)
        return _made(scope, pieces, "trim", args)

    return run


def _drop(pieces: list[Piece], count: int, *, front: bool, region: Region | None) -> list[Piece]:
    """Without the first or last `count` real characters."""
    kept = list(pieces)
    order = range(len(kept)) if front else range(len(kept) - 1, -1, -1)
    for index in order:
        piece = kept[index]
        if not shows(piece, region):
            continue
        taken = min(count, len(piece.text))
        if taken:
            kept[index] = piece.with_text(piece.text[taken:] if front else piece.text[: len(piece.text) - taken])
        count -= taken
        if not count:
            break
    return kept


def _affix(*, front: bool) -> Lifted:
    """`trimPrefix` and `trimSuffix`."""

    def run(scope: Scope, args: list[Value]) -> Value:
        fix, text = _text(args[0]), args[1].v
        pieces = _string_pieces(scope, args[1])
        has = isinstance(text, str) and (text.startswith(fix) if front else text.endswith(fix))
        if fix and has:
            pieces = _drop(pieces, len(fix), front=front, region=scope.region)
        return _made(scope, pieces, "trimPrefix" if front else "trimSuffix", args)

    return run


def _cut(scope: Scope, args: list[Value]) -> Value:
    """`trunc`: the first n characters, or with a negative n the last."""
    count, text = _count(args[0]), args[1].v
    pieces = _string_pieces(scope, args[1])
    if isinstance(text, str) and not text.isascii():
        return scope.apply_plain("trunc", args)  # Go counts bytes
    if isinstance(text, str) and len(text) > abs(count):
        pieces = _drop(pieces, len(text) - abs(count), front=count < 0, region=scope.region)
    return _made(scope, pieces, "trunc", args)


def _replace(scope: Scope, args: list[Value]) -> Value:
    old, new, text = _text(args[0]), _text(args[1]), args[2]
    pieces = _string_pieces(scope, text)
    made = [p if old not in p.text else _changed(p, replaced(old, new, p.text), "replace", args[:2]) for p in pieces]
    whole = replaced(old, new, text.v) if isinstance(text.v, str) else ""
    result = composed(made, "replace", tuple(args), scope.region)
    return result if result.v == whole else Value(whole, (), "replace", tuple(args))


def _changed(piece: Piece, text: str, op: str, extra: list[Value]) -> Piece:
    source = None if piece.source is None else Value(text, (), op, (*extra, piece.source))
    return Piece(text, source, piece.path_condition, piece.region)


def _shift_case(op: str, change: Callable[[str], str]) -> Lifted:
    """`lower` and `upper`."""

    def run(scope: Scope, args: list[Value]) -> Value:
        pieces = [
            _changed(p, change(p.text) if p.text != MARK else MARK, op, []) for p in _string_pieces(scope, args[0])
        ]
        return _made(scope, pieces, op, args)

    return run


def _concatenate(separator: str) -> Lifted:
    """`cat` (joined by a space, nil left out) and `print` (a space only between operands that are not strings)."""

    def run(scope: Scope, args: list[Value]) -> Value:
        pieces: list[Piece] = []
        previous: Value | None = None
        for arg in args:
            if separator and arg.v is None:
                continue
            if previous is not None:
                between = separator or (" " if not isinstance(arg.v, str) and not isinstance(previous.v, str) else "")
                pieces.append(_literal(scope, between))
            pieces += text_pieces(scope, arg)
            previous = arg
        return _made(scope, pieces, "concat", args)

    return run


_VERB = re.compile(r"%(?:%|[+#0 -]*\d*(?:\.\d+)?[a-zA-Z])")


def _printf(scope: Scope, args: list[Value]) -> Value:
    template = _text(args[0])
    operands = args[1:]
    verbs = [m.group() for m in _VERB.finditer(template) if m.group() != "%%"]
    odd = "[" in template or "*" in template or "%" in _VERB.sub("", template)
    if odd or len(verbs) != len(operands) or args[0].pieces or args[0].direct:
        return Value(sprintf(template, [_plain(arg) for arg in operands]), (), "printf", tuple(args))
    pieces: list[Piece] = []
    place, at = 0, 0
    for match in _VERB.finditer(template):
        pieces.append(_literal(scope, template[place : match.start()]))
        place = match.end()
        if match.group() == "%%":
            pieces.append(_literal(scope, "%"))
            continue
        pieces += _verb(scope, match.group(), operands[at])
        check_text(len(pieces[-1].text), "printf")
        at += 1
    pieces.append(_literal(scope, template[place:]))
    return _made(scope, [p for p in pieces if p.text or p.source or p.region], "printf", args)


def _plain(value: Value) -> Any:
    return str(value.v) if isinstance(value.v, GoObject) else plain(value)


def _verb(scope: Scope, verb: str, operand: Value) -> list[Piece]:
    if verb in ("%s", "%v") and isinstance(operand.v, str):
        return text_pieces(scope, operand)
    if scope.region is not None and operand.v is None:
        return text_pieces(scope, operand)
    if verb == "%q" and isinstance(operand.v, str):
        inner = [p.with_text(quote(p.text)[1:-1]) for p in text_pieces(scope, operand)]
        return [_literal(scope, '"'), *inner, _literal(scope, '"')]
    text = sprintf(verb, [_plain(operand)])
    literal = not operand.direct and not operand.op
    return [
        Piece(text, None if literal else Value(text, (), "toString", (operand,)), scope.path_condition, scope.region)
    ]


def _join(scope: Scope, args: list[Value]) -> Value:
    separator, items = _text(args[0]), args[1].v
    pieces: list[Piece] = []
    listed = items if isinstance(items, list) else [] if items is None else [args[1]]
    for index, item in enumerate(i for i in listed if i.v is not None):
        if index:
            pieces.append(_literal(scope, separator))
        pieces += text_pieces(scope, item)
    check_text(sum(len(piece.text) for piece in pieces), "join")
    pieces += _joined_untaken(args[1], separator)
    if not pieces and (args[1].direct or args[1].op):
        pieces = text_pieces(scope, Value("", (), "join", tuple(args)))
    return _made(scope, pieces, "join", args)


def _joined_untaken(listed: Value, separator: str) -> Iterator[Piece]:
    """What branches not taken would append to a list that is joined."""
    for region, index, item in listed.coming[-MAX_COMING:]:
        if index:
            yield Piece(separator, None, region.path_condition, region)
        text = MARK if item.v in (None, "") else show(item).v
        yield Piece(text, item if item.direct or item.op else None, region.path_condition, region)


TEXTS: Mapping[str, Lifted] = {
    "quote": _quote('"'),
    "squote": _quote("'"),
    "indent": _indent(newline=False),
    "nindent": _indent(newline=True),
    "trim": _edge_trim(),
    "trimAll": _edge_trim(cutset=True),
    "trimPrefix": _affix(front=True),
    "trimSuffix": _affix(front=False),
    "trunc": _cut,
    "replace": _replace,
    "lower": _shift_case("lower", lower),
    "upper": _shift_case("upper", upper),
    "cat": _concatenate(" "),
    "print": _concatenate(""),
    "printf": _printf,
    "join": _join,
}
