"""toYaml and fromYaml on values: leaves keep their sources, untaken branches go through at their margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from migrator.model import KeyPath
from migrator.templates.errors import TemplateError
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.golang.types import as_float64
from migrator.templates.golang.yaml_tree import Node, parse_tree
from migrator.templates.provenance.functions.json import read_back, tree_of
from migrator.templates.provenance.functions.text import text_pieces
from migrator.templates.provenance.randomness import is_generated
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import (
    MARK,
    PathCondition,
    Piece,
    Region,
    Value,
    composed,
    lift,
    parts,
    pieces_between,
    plain,
    shows,
)


def _write_yaml(scope: Scope, args: list[Value]) -> Value:
    """`toYaml`: one piece per leaf and per key, each with the value it shows."""
    value = args[0]
    if scope.region is not None and (value.v is None or value.v in ("", [], {})):
        return composed(
            [Piece(MARK, value, scope.path_condition, scope.region), *value.hidden], "toYaml", tuple(args), scope.region
        )
    return composed(written(scope.path_condition, scope.region, value), "toYaml", tuple(args), scope.region)


def written(path_condition: PathCondition | None, region: Region | None, value: Value) -> list[Piece]:
    """The pieces of a value as YAML."""
    from migrator.templates.golang.yaml import yaml_segments

    segments = yaml_segments(plain(value))
    ends = _ends(value, segments)
    pieces: list[Piece] = []
    literal: list[str] = []
    begun: set[KeyPath] = set()
    for index, (text, path) in enumerate(segments):
        if path is None and index not in ends:
            literal.append(text)
            continue
        found = [Piece(text, None, path_condition, region)]
        if path is not None:
            found = _leaf(path_condition, region, text, _at(value, path))
            above = tuple(path[:-1])
            if path and above not in begun and (not above or isinstance(above[-1], int)):
                container = _at(value, above)
                if not _is_literal(container):
                    # a container that no key stands for: only this tells fromYaml where it came from
                    found.insert(0, Piece("", container, path_condition, region))
            begun.add(above)
        found += ends.get(index, ())
        for piece in found:
            if (
                piece.source is None
                and piece.region is region
                and not piece.wholes
                and piece.path_condition is path_condition
            ):
                literal.append(piece.text)
                continue
            if literal:
                pieces.append(Piece("".join(literal), None, path_condition, region))
                literal = []
            pieces.append(piece)
    if literal:
        pieces.append(Piece("".join(literal), None, path_condition, region))
    return pieces


def _is_literal(value: Value) -> bool:
    return not value.direct and not value.op


def _ends(value: Value, segments: list[tuple[str, Any]]) -> dict[int, list[Piece]]:
    """Index of a segment -> the untaken branches that stand behind it, brought to the margin of their container."""
    found: dict[int, list[Piece]] = {}
    for place, container in _hiding(value, ()):
        here = [index for index, (_, path) in enumerate(segments) if path is not None and path[: len(place)] == place]
        if not here:
            continue
        before = "".join([text for text, _ in segments[: here[0]]])
        margin = len(before.rpartition("\n")[2])
        if isinstance(container.v, list) and container.v and before.endswith("- "):
            margin -= 2
        if not container.v:
            margin = len(before.rpartition("\n")[2]) - len(before.rpartition("\n")[2].lstrip(" -"))
        pad = "\n" + " " * margin
        moved = [piece.with_text(piece.text.replace("\n", pad)) for piece in container.hidden]
        # an inner container ends before the one around it
        found.setdefault(here[-1], [])[:0] = moved
    return found


def _hiding(value: Value, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Value]]:
    if value.hidden:
        yield path, value
    if isinstance(value.v, dict):
        for key, item in value.v.items():
            yield from _hiding(item, (*path, key))
    elif isinstance(value.v, list):
        for index, item in enumerate(value.v):
            yield from _hiding(item, (*path, index))


def _leaf(path_condition: PathCondition | None, region: Region | None, text: str, source: Value) -> list[Piece]:
    if source.pieces is not None and isinstance(source.v, str) and len(source.pieces) > 1:
        # what was put together before the untaken branch began is part of it where it prints that
        inside = [p if p.region else Piece(p.text, p.source, p.path_condition, region, p.wholes) for p in parts(source)]
        if text == source.v:
            return inside
        if len(text) > 1 and text[0] in "\"'" and text[1:-1] == source.v:
            return [
                Piece(text[0], None, path_condition, region),
                *inside,
                Piece(text[-1], None, path_condition, region),
            ]
    if region is not None and source.v is None and not _is_literal(source) and text == "null":
        text = MARK
    return [Piece(text, None if _is_literal(source) else source, path_condition, region)]


def _at(value: Value, path: tuple[Any, ...]) -> Value:
    here = value
    for key in path:
        if not isinstance(here.v, (dict, list)):
            return Value(None)  # inside an object of Go, such as the metadata of the chart
        here = here.v[key]
    return here


def _read_yaml(*, array: bool) -> Lifted:
    """`fromYaml`: leaves keep the pieces that they were read from, containers the untaken branches inside them."""

    def run(scope: Scope, args: list[Value]) -> Value:
        text = args[0].v
        if not isinstance(text, str):
            return scope.apply_plain("fromYamlArray" if array else "fromYaml", args)
        pieces = text_pieces(scope, args[0])
        if len(pieces) == 1 and _is_fixed(pieces[0].source):
            return lift(FUNCTIONS["fromYamlArray" if array else "fromYaml"](text))
        if (before := tree_of(pieces, scope)) is not None:
            return read_back(FUNCTIONS["fromYamlArray" if array else "fromYaml"](text), before)
        reader = _Reader(pieces, scope.region)
        try:
            roots = _roots(reader.text)
        except TemplateError as error:
            return Value(
                [Value(error.message)] if array else {"Error": Value(error.message)}, (), "fromYaml", tuple(args)
            )
        if not roots or roots[0].kind != ("list" if array else "map"):
            made = scope.apply_plain("fromYamlArray" if array else "fromYaml", args)
            if not roots and len(reader.marks) == 1:
                made.direct = reader.marks[0][1].direct
            made.hidden = tuple(piece for _, untaken in _untaken(scope, pieces) for piece in _dedented(untaken)[1])
            return made
        value = reader.read(roots[0])
        for place, untaken in _untaken(scope, pieces):
            reader.attach(place, untaken)
        return value

    return run


@lru_cache(maxsize=256)
def _roots(text: str) -> tuple[Node, ...]:
    """The documents of a text; what a chart reads it reads again in every render, dashboards of megabytes included."""
    return tuple(parse_tree(text))


def _is_fixed(source: Value | None) -> bool:
    """Whether no value and no chance has a part in a text, as in that of a file."""
    return source is None or (not source.taint and not is_generated(source))


def _untaken(scope: Scope, pieces: list[Piece]) -> Iterator[tuple[int, list[Piece]]]:
    """Runs of pieces of one untaken branch each, with their place in the text that shows."""
    place = 0
    run: list[Piece] = []
    owner: Region | None = None
    for piece in pieces:
        if shows(piece, scope.region):
            if run:
                yield place, run
            run, owner = [], None
            place += len(piece.text)
            continue
        outermost = piece.region
        while outermost is not None and outermost.parent is not None and outermost.parent is not scope.region:
            outermost = outermost.parent
        if outermost is not owner and run:
            yield place, run
            run = []
        owner = outermost
        run.append(piece)
    if run:
        yield place, run


def _dedented(untaken: list[Piece]) -> tuple[int, list[Piece], str]:
    """The column at which an untaken branch's first line stands, its pieces moved to the margin, and that line."""
    text = "".join(piece.text for piece in untaken)
    lines = [line for line in text.split("\n")[1:] if line.strip()]
    if not lines:
        return -1, [], ""
    column = len(lines[0]) - len(lines[0].lstrip(" "))
    moved = []
    room = 0
    for piece in untaken:
        parts_of = piece.text.split("\n")
        for number, part in enumerate(parts_of):
            if number:
                room = column
            cut = min(room, len(part) - len(part.lstrip(" ")))
            room = room - cut if cut == len(part) else 0
            parts_of[number] = part[cut:]
        moved.append(piece.with_text("\n".join(parts_of)))
    return column, moved, lines[0].strip()


class _Reader:
    """Turns nodes back into values, each with the pieces under it."""

    def __init__(self, pieces: list[Piece], region: Region | None) -> None:
        self.pieces: list[Piece] = []
        self.starts: list[int] = []
        self.marks: list[tuple[int, Value]] = []
        """Where an untaken branch misses a value, and which; the mark itself is not text."""
        self.begun: dict[int, Value] = {}
        """Where toYaml began a map or list that no key stands for."""
        self.containers: list[tuple[int, str, int, Value]] = []
        """Start, kind, column and value of every map, list and empty scalar, in order of appearance."""
        place = 0
        for piece in pieces:
            source = piece.source
            if not shows(piece, region):
                if source is not None and piece.text == MARK and shows(piece.with_text(""), region):
                    self.marks.append((place, source))
                continue
            if source is not None and piece.text in ("", "{}", "[]") and isinstance(source.v, (dict, list)):
                self.begun[place] = source
            self.pieces.append(piece)
            self.starts.append(place)
            place += len(piece.text)
        self.text = "".join([piece.text for piece in self.pieces])

    def read(self, node: Node, source: Value | None = None) -> Value:
        """A node as a value; `source` is the container that toYaml wrote there, as its key tells."""
        column = node.start - self.text.rfind("\n", 0, node.start) - 1
        if node.kind == "scalar":
            made = self.scalar(node)
            if made.v is None:
                # what is empty may be given content by untaken branches; a value of the chart itself stays as it is
                made = Value(None, made.direct, made.op, made.args)
                self.containers.append((node.start, "", column, made))
            return made
        source = source or self.begun.get(node.start)
        args = (source,) if source is not None and source.op else ()
        made = Value({} if node.kind == "map" else [], source.direct if source else (), "fromYaml", args)
        self.containers.append((node.start, node.kind if node.entries or node.items else "", column, made))
        if node.kind == "map":
            made.v.update(
                {key: self.read(item, self._entry(node.keys[key], item)) for key, item in node.entries.items()}
            )
        else:
            made.v.extend(self.read(item) for item in node.items)
        return made

    def _entry(self, key: Node, item: Node) -> Value | None:
        """The map or list under a key as it was: toYaml writes a key with the value of its entry as source."""
        if item.kind == "scalar":
            return None
        wanted = dict if item.kind == "map" else list
        sources = [p.source for p in pieces_between(self.pieces, self.starts, key.start, key.end) if p.source]
        return sources[0] if len(sources) == 1 and isinstance(sources[0].v, wanted) else None

    def attach(self, place: int, untaken: list[Piece]) -> None:
        """Give an untaken branch to the container that its lines would belong to."""
        column, moved, first = _dedented(untaken)
        kind = "list" if first.startswith("- ") or first == "-" else "map"
        fitting = [item for item in self.containers if item[1] == kind and item[2] == column]
        empty = [item for item in self.containers if not item[1] and item[0] <= place]
        before = [item for item in fitting if item[0] <= place]
        if empty and (not before or empty[-1][0] > before[-1][0]) and moved and empty[-1][2] >= 0:
            chosen = empty[-1]
        elif before:
            chosen = before[-1]
        elif fitting:
            chosen = fitting[0]
        else:
            return
        if moved:
            chosen[3].hidden += tuple(moved)

    def scalar(self, node: Node) -> Value:
        value = as_float64(node.value)
        if value is None and self.marks:
            return self._absent(node)
        covered = pieces_between(self.pieces, self.starts, node.start, node.end)
        if not any(piece.source or piece.path_condition for piece in covered):
            return Value(value)
        sources = [piece for piece in covered if piece.source is not None]
        if len(sources) == 1 and isinstance(sources[0].source, Value):
            source = sources[0].source
            if source.v == value and type(source.v) is type(value):
                return source
            if not isinstance(value, str):
                return Value(value, (), "fromYaml", (source,))
        if node.style in ("'", '"'):
            covered = pieces_between(self.pieces, self.starts, node.start + 1, node.end - 1)
        if isinstance(value, str) and "".join(piece.text for piece in covered) == value:
            return Value(value, (), "concat", (), tuple(covered))
        return Value(value, (), "fromYaml", (composed(covered),))

    def _absent(self, node: Node) -> Value:
        """The value that would stand where an untaken branch left a mark, None where it did not."""
        rest = self.text[node.start :]
        end = node.start + len(rest) - len(rest.lstrip())
        found = [source for place, source in self.marks if node.start <= place <= end]
        return found[0] if len(found) == 1 and found[0].v is None else Value(None)


YAML: Mapping[str, Lifted] = {
    "toYaml": _write_yaml,
    "fromYaml": _read_yaml(array=False),
    "fromYamlArray": _read_yaml(array=True),
}
