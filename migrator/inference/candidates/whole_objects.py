"""Places of values that a template prints as whole objects of any kind, such as a list `extraObjects`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from migrator.inference.assignments.values_tree import Edits, Tree
from migrator.model import Json, KeyPath
from migrator.templates.interpreter.render import Run
from migrator.templates.provenance.value import ELEMENT, MARK, Piece, Value, shows
from migrator.yamlio import dump

_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_KIND = re.compile(r"^(?:kind|apiVersion):", re.MULTILINE)


def holders(run: Run) -> list[KeyPath]:
    """Where whole objects may be set, those nearest to the root first.

    A path that ends with `*` is that of the elements of a list or the entries of a map; all of another is printed.
    """
    found: dict[KeyPath, None] = {}
    for path, template in run.templates.items():
        if not path.endswith("/NOTES.txt"):
            found.update(dict.fromkeys(_held(template.pieces)))
    return sorted(found, key=len)


def _held(pieces: list[Piece]) -> Iterator[KeyPath]:
    for index, piece in enumerate(pieces):
        if piece.text == MARK and piece.source is not None and piece.region is not None:
            paths = [path for path in _printed(piece.source) if ELEMENT not in path[:-1]]
            if paths and _is_open(pieces, index):
                yield paths[0]


def _printed(source: Value) -> Iterator[KeyPath]:
    """The places of what a piece prints, be it rendered as a template or merged with something first."""
    yield from source.direct
    first = source.args[0] if source.args and not source.direct else None
    if isinstance(first, Value) and source.op in ("tpl", "merge", "toString"):
        yield from _printed(first)


def _is_open(pieces: list[Piece], index: int) -> bool:
    """Whether a piece stands at the margin of a document that does not say before which kind it is of."""
    region, before = pieces[index].region, ""
    for piece in reversed(pieces[:index]):
        if piece.region is not None and (piece.text == MARK or not shows(piece, region)):
            continue
        before = piece.text + before
        *_, own = _SEPARATOR.split(before)
        line = own.rpartition("\n")[2]
        if line.strip() or (line and own.strip()) or _KIND.search(own):
            return False
        if own != before:
            return True
    return True


def as_it_is(body: Mapping[str, Json]) -> Json:
    """The object for a template that prints it as it is."""
    return body


def escaped(body: Mapping[str, Json]) -> Json:
    """The object for a template that renders it as one: what it holds of templates is printed."""
    return _escaped(body)


def as_text(body: Mapping[str, Json]) -> Json:
    """The object as the text of its manifest."""
    return dump(body)


def as_escaped_text(body: Mapping[str, Json]) -> Json:
    """The text of the object's manifest, in which nothing is a template."""
    return dump(_escaped(body))


FORMS = (as_it_is, escaped, as_text, as_escaped_text)
"""How an object may have to be written, likeliest first."""


def _escaped(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value.replace("{{", "{{ `{{` }}") if isinstance(value, str) else value


def held(tree: Tree, path: KeyPath, objects: Iterable[tuple[str, Json]]) -> Edits:
    """Assignments that add objects, each with a name, to those of a place; none where they cannot stand there."""
    base, added = path[:-1], list(objects)
    if path[-1] != ELEMENT:
        return _alone(path, added)
    current = tree.effective(base)
    if isinstance(current, Mapping):
        names = [name for name, _ in added]
        is_clear = len({*names}) == len(names) and not {*names} & current.keys()
        return tuple(((*base, name), value) for name, value in added) if is_clear else ()
    items = current if isinstance(current, list) else []
    return ((base, [*items, *(value for _, value in added)]),)


def _alone(path: KeyPath, added: list[tuple[str, Json]]) -> Edits:
    values = [value for _, value in added]
    if len(values) == 1:
        return ((path, values[0]),)
    texts = [value for value in values if isinstance(value, str)]
    return ((path, "---\n".join(texts)),) if texts and len(texts) == len(values) else ()


def without_one(tree: Tree, path: KeyPath) -> Iterator[Tree]:
    """The values with one element or entry less that the search has added to a place, for each in turn."""
    base = path[:-1] if path[-1] == ELEMENT else path
    current, default = tree.effective(base), tree.default(base)
    if isinstance(current, list):
        first = len(default) if isinstance(default, list) else 0
        for index in range(first, len(current)):
            yield tree.assign([(base, list(chain(current[:index], current[index + 1 :])))])
    elif isinstance(current, Mapping):
        known = default if isinstance(default, Mapping) else {}
        yield from (tree.without((*base, str(name))) for name in current if name not in known)
