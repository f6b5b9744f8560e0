"""Which values would pin what a chart generates: tried out in the interpreter, not guessed from their names."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TypeAlias

from migrator.compare.redaction import secret_data
from migrator.inference.assignments.values_tree import MISSING, Edits, Tree
from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.inference.hypothesis.random_values import Leaf, generated_leaves
from migrator.inference.rendered_chart import defaults_of
from migrator.model import Json, KeyPath, ReleaseContext, Resource
from migrator.templates.chart import Chart
from migrator.templates.interpreter.render import Interpreter, Run, TemplateRun
from migrator.templates.output.documents import Document
from migrator.templates.output.split import split_documents
from migrator.templates.provenance.value import ELEMENT, Piece, Value

TRIED = 24
"""Values tried for one place."""
MOST_TEMPLATES = 400
"""Templates rendered on trial: in a chart that asks for more, what else would pin its secrets stays unsaid."""
MOST_SECONDS = 5.0
"""Processor time after which nothing more is tried to find what pins a place."""
SHORTEST = 6
"""Characters from which on a datum of a Secret is taken for a secret."""
SAMPLE = base64.b64encode(b"-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n").decode()
"""A text that passes for a password, and for a certificate and its key where the chart reads such."""
OWN_NAME = "a-secret-of-your-own"
_UNSET = (None, "")

Pin: TypeAlias = tuple[KeyPath, ...]
"""Values that pin a place together."""


class _Outcome(Enum):
    DRAWN = "still drawn"
    FIXED = "printed, and no longer drawn"
    GONE = "no longer made by the chart"


_ENDINGS = {
    # to switch off what draws is no way to pin an object unless something else makes it
    False: frozenset({_Outcome.FIXED}),
    True: frozenset({_Outcome.FIXED, _Outcome.GONE}),
}


@dataclass(frozen=True, slots=True)
class _Place:
    key: Key
    path: KeyPath
    document: Document
    leaf: KeyPath


class Pinning:
    """The places that a chart generates under some values, and what would pin them. Not shared between threads."""

    def __init__(
        self,
        chart: Chart,
        overrides: Mapping[str, Json],
        setting: ReleaseContext,
        *,
        untaken: bool = True,
        kinds: frozenset[str] = frozenset(),
        seconds: float = MOST_SECONDS,
    ) -> None:
        self._deadline = time.process_time() + seconds
        # what a branch not taken would print instead of something drawn is only seen with untaken branches
        self._interpreter = Interpreter(chart, untaken=untaken)
        self._interpreter.asked_kinds = kinds
        self._tree, self._setting = Tree(defaults_of(chart), overrides), setting
        self._run = self._interpreter.run(overrides, setting)
        self._interpreter.untaken = False
        self._room = self._interpreter.runs + MOST_TEMPLATES
        self._tried: dict[Edits, Run] = {}
        self._found: dict[tuple[Key, KeyPath], tuple[Pin, ...]] = {}
        self._read: dict[int, tuple[TemplateRun, list[tuple[Key, Document]]]] = {}
        self._drawn: dict[int, tuple[Leaf, ...]] = {}

    def is_generated(self, key: Key, path: KeyPath) -> bool:
        """Whether an object's place, or something below it, is generated under these values."""
        return any(self._places(self._run, key, path))

    def pins(self, key: Key, path: KeyPath) -> tuple[Pin, ...]:
        """What would end the drawing at a place: values that are printed there, then those that replace the object."""
        if (key, path) not in self._found:
            place = next(self._places(self._run, key, path), None)
            self._found[key, path] = () if place is None else tuple(self._pins(_Place(key, path, *place)))
        return self._found[key, path]

    def replacements(self, key: Key) -> tuple[KeyPath, ...]:
        """Values that name an object to be used in place of this one, as `existingSecret` does.

        With such a value the object is gone, nothing new is made, and the name stands where a Secret is named.
        """
        for template in self._run.templates.values():
            for other, document in self._documents(template):
                if other == key:
                    unset = [
                        p for p in _path_conditions(document.real) if self._tree.effective(p) in (MISSING, *_UNSET)
                    ][:TRIED]
                    return tuple(p for p in unset if self._is_referred_to(self._after(((p, OWN_NAME),)), key))
        return ()

    def _is_referred_to(self, run: Run, key: Key) -> bool:
        documents = [document for each in run.templates.values() for _, document in self._documents(each)]
        bodies = (document.resource.body for document in documents if OWN_NAME in document.text and document.resource)
        return self._is_gone(run, key) and any(_refers(body, ()) for body in bodies)

    def _is_gone(self, run: Run, key: Key) -> bool:
        """Whether a render lacks an object and has no other that it had not: it may just have another name there."""
        return run.complete and self._keys(run) <= self._keys(self._run) - {key}

    def _keys(self, run: Run) -> set[Key]:
        return {key for each in run.templates.values() for key, _ in self._documents(each)}

    def _documents(self, template: TemplateRun) -> list[tuple[Key, Document]]:
        """The objects that a template prints; most templates are those of the run before."""
        if id(template) not in self._read:
            found = [
                (key_of(document.id), document) for document in split_documents(template) if document.id is not None
            ]
            self._read[id(template)] = (template, found)
        return self._read[id(template)][1]

    def _leaves(self, document: Document) -> tuple[Leaf, ...]:
        if id(document) not in self._drawn:
            self._drawn[id(document)] = generated_leaves(document)
        return self._drawn[id(document)]

    def _places(self, run: Run, key: Key, path: KeyPath) -> Iterator[tuple[Document, KeyPath]]:
        for template in run.templates.values():
            for other, document in self._documents(template):
                if other == key:
                    yield from ((document, p) for p, _ in self._leaves(document) if p[: len(path)] == path)

    def _pins(self, place: _Place) -> list[Pin]:
        inner, outer = _candidates(place.document, place.leaf)
        every = [*inner, *outer]
        unset = [p for p in every if self._tree.effective(p) in (MISSING, *_UNSET)]
        unset = [p for p in unset if not any(len(p) < len(q) and q[: len(p)] == p for q in unset)][:TRIED]
        outcomes = {p: self._outcome(place, ((p, SAMPLE),)) for p in unset}
        fixing: list[Pin] = [(p,) for p in unset if outcomes[p] is _Outcome.FIXED]
        fixing = fixing or list(self._together(place, unset))
        found = [*fixing, *((p,) for p in unset if outcomes[p] is _Outcome.GONE)]
        if found:
            return found
        switches = [(p, not now) for p in every if isinstance(now := self._tree.effective(p), bool)][:TRIED]
        ending = [((p, to),) for p, to in switches if self._outcome(place, ((p, to),)) in _ENDINGS[to]]
        changes = {edits: self._changes(self._after(edits)) for edits in ending}
        return [(edits[0][0],) for edits in ending if changes[edits] == min(changes.values())]

    def _changes(self, run: Run) -> int:
        """How many templates print something else than they do now."""
        texts = {path: template.text for path, template in run.templates.items()}
        return sum(1 for path, template in self._run.templates.items() if texts.get(path) != template.text)

    def _together(self, place: _Place, unset: list[KeyPath]) -> Iterator[Pin]:
        """Values below one map that pin a place only together, as a certificate and its key."""
        for _, group in groupby(sorted(unset, key=repr), key=lambda p: p[:-1]):
            pin = tuple(group)
            if len(pin) > 1 and self._outcome(place, tuple((p, SAMPLE) for p in pin)) is _Outcome.FIXED:
                yield pin

    def _outcome(self, place: _Place, edits: Edits) -> _Outcome:
        run = self._after(edits)
        template = run.templates.get(place.document.template)
        if template is None or template.error:
            return _Outcome.DRAWN
        left = (p for _, document in self._documents(template) for p, _ in self._leaves(document))
        if any(p[: len(place.path)] == place.path for p in left) or any(self._places(run, place.key, place.path)):
            return _Outcome.DRAWN
        if self._is_gone(run, place.key):
            return _Outcome.GONE
        return _Outcome.FIXED if place.key in self._keys(run) else _Outcome.DRAWN

    def _after(self, edits: Edits) -> Run:
        if edits not in self._tried:
            if self._interpreter.runs >= self._room or time.process_time() > self._deadline:
                return self._run
            self._tried[edits] = self._interpreter.run(self._tree.assign(edits).overrides, self._setting, self._run)
        return self._tried[edits]


def _refers(node: Json, path: KeyPath) -> bool:
    """Whether the name of the other Secret stands below a key for one (`secretKeyRef`, `secretName`)."""
    if isinstance(node, Mapping):
        return any(_refers(child, (*path, key)) for key, child in node.items())
    if isinstance(node, list):
        return any(_refers(child, path) for child in node)
    return node == OWN_NAME and any("secret" in str(key).lower() for key in path)


def _candidates(document: Document, leaf: KeyPath) -> tuple[list[KeyPath], list[KeyPath]]:
    """Values that what is printed at a leaf depends on, and values that only decide whether it is printed."""
    node = document.root
    for key in leaf:
        if node is not None:
            node = node.entries[key] if isinstance(key, str) else node.items[key]
    assert node is not None  # noqa: S101 - the leaf was found in this document
    pieces = document.under(node)
    inner = _paths(piece.source for piece in pieces if piece.source is not None)
    return inner, [path for path in _path_conditions(pieces) if path not in inner]


def _path_conditions(pieces: Iterable[Piece]) -> list[KeyPath]:
    return _paths(
        path_condition.condition
        for piece in pieces
        if piece.path_condition is not None
        for path_condition in piece.path_condition.chain()
    )


def _paths(values: Iterable[Value]) -> list[KeyPath]:
    found = {path for value in values for path in value.taint if path and not str(path[0]).startswith("@")}
    found = {path for path in found if ELEMENT not in path and "" not in path}  # nobody writes an empty key
    plain = [path for path in found if not any(str(key).startswith("~") for key in path)]
    return sorted(plain, key=lambda path: (len(path), repr(path)))


def secret_values(overrides: Mapping[str, Json], targets: Iterable[Resource]) -> list[KeyPath]:
    """The overrides that hold what a Secret among the targets holds, those within lists and manifests included."""
    data = {datum for target in targets for datum in secret_data(target) if len(datum) >= SHORTEST}
    return [path for path, text in _texts(overrides) if text in data or _is_secret(text, data)]


def _texts(held: Json, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(held, str):
        yield path, held
    for key, item in held.items() if isinstance(held, Mapping) else enumerate(held) if isinstance(held, list) else ():
        yield from _texts(item, (*path, key))


def _is_secret(text: str, data: Iterable[str]) -> bool:
    return "kind: Secret" in text and any(datum in text for datum in data)
