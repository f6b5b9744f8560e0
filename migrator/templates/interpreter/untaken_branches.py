"""Ghosts: branches that are not taken run as well, under the gate that would open them, and leave no trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from migrator.model import KeyPath
from migrator.templates.bounds import ROOM, TooLargeError
from migrator.templates.errors import TemplateError
from migrator.templates.interpreter.expressions import Expressions
from migrator.templates.provenance.value import MARK, Gate, Piece, Region, Value, truth

GHOST_DEPTH = 8
MAX_HIDDEN = 300
"""Leaves of what a ghost adds to a list or map that are still worth keeping."""

Variable = tuple[int, str]
"""Identity of a scope, and a name in it."""
Coming = tuple[Region, str | int, Value]
"""An entry or item that a ghost would add, with its name or place."""


class Jump(Exception):  # noqa: N818 - control flow, as in the templates themselves
    """`break` or `continue`."""

    def __init__(self, keyword: str) -> None:
        self.keyword = keyword


class GhostLimitError(Exception):
    """A ghost has run long enough; what it printed so far stands."""


@dataclass(slots=True)
class Ghost:
    """What one ghost has changed, to be undone, and what it would have left behind."""

    journal: list[Callable[[], None]] = field(default_factory=list)
    assigned: dict[Variable, tuple[dict[str, Value], Value]] = field(default_factory=dict)
    """Variables of outer scopes with their scope and what they held before."""
    touched: dict[int, tuple[Value, dict[str, Value]]] = field(default_factory=dict)
    """Maps that were changed in place, with what they held before."""
    left: dict[Variable, Value] = field(default_factory=dict)
    """Variables as the ghost leaves them."""
    grown: dict[Variable, tuple[Piece, ...]] = field(default_factory=dict)
    """What the ghost would add to lists and maps, as text."""
    coming: dict[Variable, tuple[Coming, ...]] = field(default_factory=dict)
    """Items that the ghost would add to lists."""


class Ghosts(Expressions):
    """The part of an evaluator that runs what is not taken."""

    out: list[Piece]
    gate: Gate | None
    depth: int
    tpl_depth: int
    room: int
    """What is left of what the template may cost, or in a ghost of what all ghosts may."""
    ghost_room: int
    cut: bool
    """Whether a ghost was not run to its end for want of room."""
    running: list[Ghost]
    assumed: frozenset[KeyPath]
    """Values that the ghosts which are running take for set: without them they would not be real."""

    def charge(self, size: int) -> None:
        """Take from the room what something costs. TooLargeError at its end, in a ghost GhostLimitError."""
        self.room -= size
        if self.room < 0:
            if self.region is not None:
                raise GhostLimitError
            raise TooLargeError(
                f"it handles more text, loops and lists than a render may cost ({ROOM >> 20} million characters)"
            )

    def placed(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Pieces with the gates over the place where they are printed, over those of where they were made."""
        if not self.ghosts or self.gate is None:
            return pieces
        moved: dict[int, Gate | None] = {0: self.gate}
        above: dict[int, Gate] = {}
        found: list[Piece] = []
        for piece in pieces:
            key = id(piece.gate) if piece.gate is not None else 0
            if key not in moved:
                above = above or {id(gate): gate for gate in self.gate.chain()}
                moved[key] = _below(self.gate, above, piece.gate)
            gate = moved[key]
            same = gate is piece.gate
            found.append(piece if same else Piece(piece.text, piece.source, gate, piece.region, piece.wholes))
        return found

    def ghostly(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Pieces as part of the ghost that is running; ghosts that they bring along become ghosts inside it."""
        moved: dict[int, Region] = {}
        shown = [
            Piece(
                piece.text,
                piece.source,
                piece.gate,
                self.region if piece.region is None else self._moved(piece.region, moved),
                piece.wholes,
            )
            for piece in pieces
        ]
        if not any(piece.text for piece in shown):
            shown.append(Piece(MARK, None, self.gate, self.region))
        return shown

    def _moved(self, region: Region, moved: dict[int, Region]) -> Region:
        """A ghost that was run elsewhere, inside the one that is running."""
        outer: Region | None = self.region
        while outer is not None:
            if outer is region:
                assert self.region is not None  # noqa: S101
                return self.region
            outer = outer.parent
        found = moved.get(id(region))
        if found is None:
            found = Region(region.gate, self._moved(region.parent, moved) if region.parent else self.region)
            found.error = region.error
            moved[id(region)] = found
        return found

    def wants_ghost(self, condition: Value) -> bool:
        if not self.ghosts or (self.region is not None and self.region.depth >= GHOST_DEPTH):
            return False
        if (self.ghost_room if self.region is None else self.room) <= 0:
            self.cut = True
            return False
        return bool(condition.direct or condition.op or condition.pieces or condition.hidden)

    def ghost(self, body: Callable[[], None], keyword: str, condition: Value, *, wanted: bool) -> Ghost:
        """Run something as it would run behind a gate; says what it would have left behind."""
        outer = (self.gate, self.region, self.depth, self.tpl_depth, self.culprit, self.out)
        outer_room, outer_assumed = self.room, self.assumed
        if self.region is None:
            self.room = self.ghost_room
        scopes = list(self.scopes)
        self.gate = Gate(self.gate, keyword, condition, wanted, False)
        self.region = Region(self.gate, self.region)
        if wanted:
            self.assumed |= _set_by(condition)
        ghost = Ghost()
        self.running.append(ghost)
        try:
            body()
        except (TemplateError, RecursionError) as error:
            self.region.error = str(error)
        except Jump:
            pass
        except GhostLimitError:
            self.cut = True
        finally:
            self._leave(ghost)
            self.running.pop()
            self.scopes[:] = scopes
            self.gate, self.region, self.depth, self.tpl_depth, self.culprit, self.out = outer
            self.assumed = outer_assumed
            if self.region is None:
                self.ghost_room, self.room = self.room, outer_room
        return ghost

    def as_in(self, region: Region, body: Callable[[], None]) -> None:
        """Run something as it would run if another ghost were real, and those around it."""
        chain: list[Region] = []
        here: Region | None = region
        while here is not None:
            chain.append(here)
            here = here.parent
        for each in chain:
            body = partial(self._under, body, each.gate)
        body()

    def _under(self, body: Callable[[], None], gate: Gate) -> None:
        if gate.keyword == "quiet":
            body()
        else:
            self.ghost(body, gate.keyword, gate.condition, wanted=gate.wanted)

    def holds(self, condition: Value) -> bool:
        """Whether a branch is taken: as Go says, or because a ghost around it is only real with that value."""
        return truth(condition) or (bool(self.assumed) and any(path in self.assumed for path in condition.direct[:1]))

    def _leave(self, ghost: Ghost) -> None:
        """Note what a ghost would add to lists and maps, then undo it."""
        more: list[tuple[Value, tuple[Piece, ...]]] = []
        for key, (scope, old) in ghost.assigned.items():
            now = scope[key[1]]
            ghost.left[key] = now
            ghost.grown[key] = self._additions(old, now)
            if ghost.grown[key] and self.region is not None and isinstance(now.v, list):
                first = len(old.v)
                items = enumerate(now.v[first:], first)
                ghost.coming[key] = tuple((self.region, index, item) for index, item in items)
        for value, old_map in ghost.touched.values():
            added = {name: item for name, item in value.v.items() if name not in old_map}
            if added and not value.direct and "Values" not in value.v:
                more.append((value, self._as_text(Value(added))))
                assert self.region is not None  # noqa: S101
                value.coming += tuple((self.region, name, item) for name, item in added.items())
        for undo in reversed(ghost.journal):
            undo()
        for value, pieces in more:
            value.hidden += pieces

    def _additions(self, old: Value, now: Value) -> tuple[Piece, ...]:
        """What stands in a list behind what was there before, and ghosts that came along."""
        if not (isinstance(now.v, list) and isinstance(old.v, list)):
            return ()
        count = len(old.v)
        if any(one is not two for one, two in zip(old.v, now.v, strict=False)):
            return ()
        hidden = now.hidden[len(old.hidden) :] if now.hidden[: len(old.hidden)] == old.hidden else now.hidden
        added = self._as_text(Value(now.v[count:])) if len(now.v) > count else ()
        return (*added, *hidden)

    def _as_text(self, added: Value) -> tuple[Piece, ...]:
        from migrator.templates.provenance.yaml import written

        if _size(added) > MAX_HIDDEN:
            return ()
        return (Piece("\n", None, self.gate, self.region), *written(self.gate, self.region, added))

    def snapshot(self) -> dict[tuple[int, str], Value]:
        return {(id(scope), name): value for scope in self.scopes for name, value in scope.items()}

    def join(self, condition: Value, gate: Gate, before: dict[Variable, Value], ghost: Ghost) -> None:
        """After a branch: an outer variable that either side assigns becomes a choice between both.

        A list that only grows in the branch that is not taken keeps what it would have got as a ghost of its own.
        """
        for scope in self.scopes:
            for name, now in scope.items():
                key = (id(scope), name)
                old = before.get(key)
                if old is None:
                    continue
                other = ghost.left.get(key, old)
                if now is old and other is old:
                    continue
                if now is old and ghost.grown.get(key):
                    scope[name] = _with_hidden(now, ghost.grown[key], ghost.coming.get(key, ()))
                    continue
                sides = (now, other) if gate.wanted else (other, now)
                scope[name] = Value(now.v, now.direct, "choice", (condition, *sides, now), now.pieces)
                scope[name].hidden = now.hidden + ghost.grown.get(key, ())

    def grow(self, ghost: Ghost) -> None:
        """After the ghost of one more element: lists that it would have made longer say so."""
        for scope in self.scopes:
            for name, now in scope.items():
                key = (id(scope), name)
                if ghost.grown.get(key):
                    scope[name] = _with_hidden(now, ghost.grown[key], ghost.coming.get(key, ()))

    def assign(self, name: str, value: Value) -> None:
        """Give a variable that exists another value."""
        for scope in reversed(self.scopes):
            if name in scope:
                if self.running:
                    ghost = self.running[-1]
                    ghost.journal.append(partial(scope.__setitem__, name, scope[name]))
                    ghost.assigned.setdefault((id(scope), name), (scope, scope[name]))
                scope[name] = value
                return
        raise TemplateError(f"undefined variable: ${name}")

    def make_map(self, value: Value) -> None:
        """In a ghost, let what is not there yet become a map, as it has to be for a template to add to it.

        Further entries may stand in it: printed as YAML it ends with one of any name.
        """
        self.running[-1].journal.append(partial(setattr, value, "hidden", value.hidden))
        self.running[-1].journal.append(partial(setattr, value, "v", None))
        value.v = {}
        anything = Value(None, value.direct, "absent", (value,))
        texts = (("\n", None), (MARK, anything), (": ", None), (MARK, anything))
        value.hidden += tuple(Piece(text, source, self.gate, self.region) for text, source in texts)

    def remember(self, value: Value) -> None:
        """Note a map before a function changes it, so that a ghost leaves no trace."""
        if not self.running:
            return
        container: dict[str, Value] = value.v
        old = dict(container)

        def undo() -> None:
            container.clear()
            container.update(old)

        self.running[-1].journal.append(undo)
        self.running[-1].touched.setdefault(id(value), (value, old))


def _set_by(condition: Value) -> frozenset[KeyPath]:
    """Values that have to be set for a condition to hold."""
    if condition.op == "and":
        return frozenset().union(*(_set_by(arg) for arg in condition.args))
    return frozenset() if condition.op == "or" else frozenset(condition.direct[:1])


def _below(place: Gate, above: dict[int, Gate], gate: Gate | None) -> Gate:
    """A gate of something made elsewhere, under the gates of the place where it is printed."""
    chain = gate.chain() if gate is not None else []
    if any(item is place for item in chain):
        return chain[0]
    below = place
    for item in reversed(chain):
        if id(item) not in above:
            below = item.under(below)
    return below


def _with_hidden(value: Value, pieces: tuple[Piece, ...], coming: tuple[Coming, ...]) -> Value:
    made = Value(value.v, value.direct, value.op, value.args, value.pieces)
    made.hidden, made.coming = value.hidden + pieces, value.coming + coming
    return made


def _size(value: Value) -> int:
    if isinstance(value.v, dict):
        return 1 + sum(map(_size, value.v.values()))
    return 1 + sum(map(_size, value.v)) if isinstance(value.v, list) else 1
