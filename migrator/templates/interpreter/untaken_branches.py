"""Branches that are not taken run as well, under the path condition that would open them, and leave no trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from migrator.model import KeyPath
from migrator.templates.bounds import ROOM, TooLargeError
from migrator.templates.errors import TemplateError
from migrator.templates.interpreter.expressions import Expressions
from migrator.templates.provenance.functions.yaml import written
from migrator.templates.provenance.turning import may_turn
from migrator.templates.provenance.value import MARK, PathCondition, Piece, Region, Value, truth

UNTAKEN_DEPTH = 8
MAX_HIDDEN = 300
"""Leaves of what an untaken branch adds to a list or map that are still worth keeping."""

Variable = tuple[int, str]
"""Identity of a scope, and a name in it."""
Coming = tuple[Region, str | int, Value]
"""An entry or item that an untaken branch would add, with its name or place."""
Changed = dict[int, tuple[Value, dict[str, Value]]]
"""Identity of what a map holds -> the map, and entries of it."""


class Jump(Exception):  # noqa: N818 - control flow, as in the templates themselves
    """`break` or `continue`."""

    def __init__(self, keyword: str) -> None:
        self.keyword = keyword


class UntakenLimitError(Exception):
    """An untaken branch has run long enough; what it printed so far stands."""


@dataclass(slots=True)
class UntakenBranch:
    """What one untaken branch has changed, to be undone, and what it would have left behind."""

    journal: list[Callable[[], None]] = field(default_factory=list)
    assigned: dict[Variable, tuple[dict[str, Value], Value]] = field(default_factory=dict)
    """Variables of outer scopes with their scope and what they held before."""
    touched: dict[int, tuple[Value, dict[str, Value], tuple[KeyPath, ...]]] = field(default_factory=dict)
    """Maps that were changed in place, with what they held before, and the places that set them."""
    left: dict[Variable, Value] = field(default_factory=dict)
    """Variables as the untaken branch leaves them."""
    grown: dict[Variable, tuple[Piece, ...]] = field(default_factory=dict)
    """What the untaken branch would add to lists and maps, as text."""
    coming: dict[Variable, tuple[Coming, ...]] = field(default_factory=dict)
    """Items that the untaken branch would add to lists."""
    entries: Changed = field(default_factory=dict)
    """Maps that the untaken branch changes in place, each with the entries as it leaves them."""


class UntakenBranches(Expressions):
    """The part of an evaluator that runs what is not taken."""

    out: list[Piece]
    path_condition: PathCondition | None
    depth: int
    tpl_depth: int
    inside: tuple[str, ...]
    """Named templates that run as a part of untaken branches, the outer ones first."""
    room: int
    """What is left of what the template may cost, or in an untaken branch of what all untaken branches may."""
    untaken_room: int
    cut: bool
    """Whether an untaken branch was not run to its end for want of room."""
    running: list[UntakenBranch]
    changed: list[Changed]
    """For each taken branch that is running the maps that it has changed, with what they held before."""
    assumed: frozenset[KeyPath]
    """Values that the untaken branches which are running take for set: without them they would not be real."""

    def charge(self, size: int) -> None:
        """Take from the room what something costs. TooLargeError at its end, in an untaken branch UntakenLimitError."""
        self.room -= size
        if self.room < 0:
            if self.region is not None:
                raise UntakenLimitError
            most = f"{ROOM >> 20} million characters"
            raise TooLargeError(f"it handles more text, loops and lists than a render may cost ({most})")

    def placed(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Pieces with the path conditions over the place where they are printed, over those of where they were made."""
        if not self.untaken or self.path_condition is None:
            return pieces
        moved: dict[int, PathCondition | None] = {0: self.path_condition}
        above: dict[int, PathCondition] = {}
        found: list[Piece] = []
        for piece in pieces:
            key = id(piece.path_condition) if piece.path_condition is not None else 0
            if key not in moved:
                above = above or {id(path_condition): path_condition for path_condition in self.path_condition.chain()}
                moved[key] = _below(self.path_condition, above, piece.path_condition)
            path_condition = moved[key]
            same = path_condition is piece.path_condition
            found.append(piece if same else Piece(piece.text, piece.source, path_condition, piece.region, piece.wholes))
        return found

    def as_untaken(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Pieces as part of the untaken branch that is running; those that they bring along become part of it."""
        moved: dict[int, Region] = {}
        return [
            Piece(
                piece.text,
                piece.source,
                piece.path_condition,
                self.region if piece.region is None else self._moved(piece.region, moved),
                piece.wholes,
            )
            for piece in pieces
        ]

    def _moved(self, region: Region, moved: dict[int, Region]) -> Region:
        """An untaken branch that was run elsewhere, inside the one that is running."""
        outer: Region | None = self.region
        while outer is not None:
            if outer is region or _is_same(outer.path_condition, region.path_condition):
                assert self.region is not None  # noqa: S101
                return self.region
            outer = outer.parent
        found = moved.get(id(region))
        if found is None:
            found = Region(region.path_condition, self._moved(region.parent, moved) if region.parent else self.region)
            found.error = region.error
            moved[id(region)] = found
        return found

    def wants_untaken(self, condition: Value) -> bool:
        """Whether a branch under this condition is worth running: something could turn it, and there is room left."""
        if not self.untaken or (self.region is not None and self.region.depth >= UNTAKEN_DEPTH):
            return False
        if not may_turn(condition):
            return False
        if (self.untaken_room if self.region is None else self.room) <= 0:
            self.cut = True
            return False
        return True

    def run_untaken(self, body: Callable[[], None], keyword: str, condition: Value, *, wanted: bool) -> UntakenBranch:
        """Run something as it would run behind a path condition; says what it would have left behind."""
        outer = (self.path_condition, self.region, self.depth, self.tpl_depth, self.culprit, self.out)
        outer_room, outer_assumed = self.room, self.assumed
        if self.region is None:
            self.room = self.untaken_room
        scopes = list(self.scopes)
        self.path_condition = PathCondition(self.path_condition, keyword, condition, wanted, False)
        self.region = Region(self.path_condition, self.region)
        if wanted:
            self.assumed |= _set_by(condition)
        untaken = UntakenBranch()
        self.running.append(untaken)
        try:
            body()
        except (TemplateError, RecursionError) as error:
            self.region.error = str(error)
        except Jump:
            pass
        except UntakenLimitError:
            self.cut = True
        finally:
            self._leave(untaken)
            self.running.pop()
            self.scopes[:] = scopes
            self.path_condition, self.region, self.depth, self.tpl_depth, self.culprit, self.out = outer
            self.assumed = outer_assumed
            if self.region is None:
                self.untaken_room, self.room = self.room, outer_room
        return untaken

    def unfolds(self, name: str) -> bool:
        """Note a named template that begins; false where an untaken branch would run it inside itself."""
        if self.region is not None and name in self.inside:
            self.cut = True
            return False
        self.inside = (*self.inside, name) if self.region is not None else ()
        return True

    def as_in(self, region: Region, body: Callable[[], None]) -> None:
        """Run something as it would run if another untaken branch were real, and those around it."""
        chain: list[Region] = []
        here: Region | None = region
        while here is not None:
            chain.append(here)
            here = here.parent
        for each in chain:
            body = partial(self._under, body, each.path_condition)
        body()

    def _under(self, body: Callable[[], None], path_condition: PathCondition) -> None:
        if path_condition.keyword == "quiet":
            body()
        else:
            self.run_untaken(body, path_condition.keyword, path_condition.condition, wanted=path_condition.wanted)

    def holds(self, condition: Value) -> bool:
        """Whether a branch is taken: as Go says, or because one not taken around it is only real with that value."""
        return truth(condition) or (bool(self.assumed) and any(path in self.assumed for path in condition.direct[:1]))

    def _leave(self, untaken: UntakenBranch) -> None:
        """Note what an untaken branch would add to lists and maps, then undo it."""
        more: list[tuple[Value, tuple[Piece, ...]]] = []
        for key, (scope, old) in untaken.assigned.items():
            now = scope[key[1]]
            untaken.left[key] = now
            untaken.grown[key] = self._additions(old, now)
            if untaken.grown[key] and self.region is not None and isinstance(now.v, list):
                first = len(old.v)
                items = enumerate(now.v[first:], first)
                untaken.coming[key] = tuple((self.region, index, item) for index, item in items)
        for value, old_map, old_direct in untaken.touched.values():
            if not old_direct and value.direct:
                more.append((value, self._open_entry(value)))
                value.direct = ()
            left = {name: item for name, item in value.v.items() if old_map.get(name) is not item}
            untaken.entries.setdefault(id(value.v), (value, {}))[1].update(left)
            added = {name: item for name, item in left.items() if name not in old_map}
            if added and not value.direct and "Values" not in value.v:
                more.append((value, self._as_text(Value(added))))
                assert self.region is not None  # noqa: S101
                value.coming += tuple((self.region, name, item) for name, item in added.items())
        for undo in reversed(untaken.journal):
            undo()
        for value, pieces in more:
            value.hidden += pieces

    def _additions(self, old: Value, now: Value) -> tuple[Piece, ...]:
        """What stands in a list behind what was there before, and untaken branches that came along; or in a map."""
        if isinstance(now.v, dict) and isinstance(old.v, dict) and now is not old and now.v.keys() >= old.v.keys():
            fresh = {name: item for name, item in now.v.items() if name not in old.v}
            return (*(self._as_text(Value(fresh)) if fresh else ()), *(self._open_entry(now) if now.direct else ()))
        if not (isinstance(now.v, list) and isinstance(old.v, list)):
            return ()
        count = len(old.v)
        if any(one is not two for one, two in zip(old.v, now.v, strict=False)):
            return ()
        hidden = now.hidden[len(old.hidden) :] if now.hidden[: len(old.hidden)] == old.hidden else now.hidden
        added = self._as_text(Value(now.v[count:])) if len(now.v) > count else ()
        return (*added, *hidden)

    def _as_text(self, added: Value) -> tuple[Piece, ...]:
        if _size(added) > MAX_HIDDEN:
            return ()
        return (Piece("\n", None, self.path_condition, self.region), *written(self.path_condition, self.region, added))

    def snapshot(self) -> dict[tuple[int, str], Value]:
        """What the variables in scope hold now."""
        return {(id(scope), name): value for scope in self.scopes for name, value in scope.items()}

    def watched(self, body: Callable[[], None]) -> Changed:
        """Run a branch that is taken; says which maps it changes in place, and what they held before."""
        self.changed.append({})
        try:
            body()
        finally:
            found = self.changed.pop()
            if self.changed:
                self.changed[-1] = {**found, **self.changed[-1]}
        return found

    def join_entries(self, path_condition: PathCondition, before: Changed, untaken: UntakenBranch) -> None:
        """After a branch: an entry of a template's own map that either side sets becomes a choice between both."""
        for key, (value, _) in {**untaken.entries, **before}.items():
            if id(value.v) != key or value.direct:
                continue  # no map any more, or one of the values
            old = before[key][1] if key in before else value.v
            left = untaken.entries[key][1] if key in untaken.entries else {}
            chosen = {}
            for name, now in value.v.items():
                was = old.get(name)
                other = left.get(name, was)
                if (now is not was or other is not was) and not isinstance(now.v, dict):
                    chosen[name] = _either(now, other, path_condition)
            if chosen:
                self.remember(value)
                value.v.update(chosen)

    def join(self, path_condition: PathCondition, before: dict[Variable, Value], untaken: UntakenBranch) -> None:
        """After a branch: an outer variable that either side assigns becomes a choice between both.

        A list that only grows in the branch that is not taken keeps what it would have got as one not taken of its own.
        """
        for scope in self.scopes:
            for name, now in scope.items():
                key = (id(scope), name)
                old = before.get(key)
                if old is None:
                    continue
                other = untaken.left.get(key, old)
                if now is old and other is old:
                    continue
                if now is old and untaken.grown.get(key) and isinstance(now.v, list):
                    scope[name] = _with_hidden(now, untaken.grown[key], untaken.coming.get(key, ()))
                    continue
                scope[name] = _either(now, other, path_condition)
                scope[name].hidden = now.hidden + untaken.grown.get(key, ())
                scope[name].coming = now.coming + untaken.coming.get(key, ())

    def grow(self, untaken: UntakenBranch) -> None:
        """After the untaken branch of one more element: lists that it would have made longer say so."""
        for scope in self.scopes:
            for name, now in scope.items():
                key = (id(scope), name)
                if untaken.grown.get(key):
                    scope[name] = _with_hidden(now, untaken.grown[key], untaken.coming.get(key, ()))

    def assign(self, name: str, value: Value) -> None:
        """Give a variable that exists another value."""
        for scope in reversed(self.scopes):
            if name in scope:
                if self.running:
                    untaken = self.running[-1]
                    untaken.journal.append(partial(scope.__setitem__, name, scope[name]))
                    untaken.assigned.setdefault((id(scope), name), (scope, scope[name]))
                scope[name] = value
                return
        raise TemplateError(f"undefined variable: ${name}")

    def make_map(self, value: Value) -> None:
        """In an untaken branch, let what is not there yet become a map, as it has to be for a template to add to it.

        Further entries may stand in it: printed as YAML it ends with one of any name.
        """
        self.running[-1].journal.append(partial(setattr, value, "hidden", value.hidden))
        self.running[-1].journal.append(partial(setattr, value, "v", None))
        value.v = {}
        value.hidden += self._open_entry(value)

    def _open_entry(self, value: Value) -> tuple[Piece, ...]:
        """An entry of any name in a map that values set."""
        anything = Value(None, value.direct, "absent", (value,))
        texts = (("\n", None), (MARK, anything), (": ", None), (MARK, anything))
        return tuple(Piece(text, source, self.path_condition, self.region) for text, source in texts)

    def remember(self, value: Value) -> None:
        """Note a map before a function changes it, so that an untaken branch leaves no trace."""
        container: dict[str, Value] = value.v
        if self.changed and id(container) not in self.changed[-1]:
            self.changed[-1][id(container)] = value, dict(container)
        if not self.running:
            return
        old = dict(container)

        def undo() -> None:
            container.clear()
            container.update(old)

        self.running[-1].journal.append(undo)
        self.running[-1].touched.setdefault(id(value), (value, old, value.direct))


def _is_same(one: PathCondition, other: PathCondition) -> bool:
    """Whether two branches are open under the same condition: one is the other run once more."""
    return one.condition is other.condition and (one.keyword, one.wanted) == (other.keyword, other.wanted)


def _set_by(condition: Value) -> frozenset[KeyPath]:
    """Values that have to be set for a condition to hold."""
    if condition.op == "and":
        return frozenset().union(*(_set_by(arg) for arg in condition.args))
    return frozenset() if condition.op == "or" else frozenset(condition.direct[:1])


def _below(
    place: PathCondition, above: dict[int, PathCondition], path_condition: PathCondition | None
) -> PathCondition:
    """A path condition of something made elsewhere, under the path conditions of the place where it is printed."""
    chain = path_condition.chain() if path_condition is not None else []
    if any(item is place for item in chain):
        return chain[0]
    below = place
    for item in reversed(chain):
        if id(item) not in above:
            below = item.under(below)
    return below


def _either(now: Value, other: Value | None, path_condition: PathCondition) -> Value:
    """What a branch that is taken leaves, as a choice between that and what the other one would leave."""
    sides = (now, other or Value(None))
    sides = sides if path_condition.wanted else sides[::-1]
    return Value(now.v, now.direct, "choice", (path_condition.condition, *sides, now), now.pieces)


def _with_hidden(value: Value, pieces: tuple[Piece, ...], coming: tuple[Coming, ...]) -> Value:
    made = Value(value.v, value.direct, value.op, value.args, value.pieces)
    made.hidden, made.coming = value.hidden + pieces, value.coming + coming
    return made


def _size(value: Value) -> int:
    if isinstance(value.v, dict):
        return 1 + sum(map(_size, value.v.values()))
    return 1 + sum(map(_size, value.v)) if isinstance(value.v, list) else 1
