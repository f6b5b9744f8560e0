"""Texts of many lines (INI, TOML, properties, scripts): read through what the template can print there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from migrator.inference.assignments.values_tree import AnyOther, Edit, Edits, combined, set_inside
from migrator.inference.assignments.wildcards import generalised
from migrator.inference.inversion.partial_evaluation import Outcomes
from migrator.inference.inversion.protocol import Inversion
from migrator.inference.inversion.text.grammar import KEY, grammar_of
from migrator.inference.inversion.text.matcher import Matcher
from migrator.inference.inversion.text.reading import Event, Link, Read, Rows, Taken, events
from migrator.inference.inversion.text.value_choices import Ways
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import ELEMENT, Piece, Value, plain
from migrator.yamlio import same

MAX_LENGTH = 60_000
"""Characters of a text that is still read."""

_Turn = tuple[Value, bool]


@dataclass(slots=True)
class _Found:
    """Assignments that belong together, and the branches that were taken to read them."""

    edits: Edits = ()
    turned: list[_Turn] = field(default_factory=list)
    apart: bool = False
    """Whether they belong to another element of the loop around them than what was read before."""


class Lines:
    """Reads texts of many lines backwards, through all that their template can print."""

    def __init__(self, inversion: Inversion) -> None:
        self._inversion = inversion

    def invert_lines(self, pieces: list[Piece], target: str, *, tolerant: bool = False) -> Iterator[Edits]:
        """Assignments that make pieces print a text of many lines: all together, then those of each place alone.

        A tolerant reading leaves out lines that nothing explains.
        """
        if len(target) > MAX_LENGTH:
            return
        link = Matcher(target, Ways(self._inversion), skipping=tolerant).read(grammar_of(pieces))
        if isinstance(link, bool):
            return
        whole = self._assignments(link)
        if not whole:
            return
        yield whole
        singles = [self._assignments((None, event)) for event in events(link)]
        if len(singles) > 1:
            yield from filter(None, singles)

    def _assignments(self, link: Link) -> Edits:
        """All assignments of a reading; of those that contradict each other the first."""
        edits: Edits = ()
        for group in self._groups(link):
            edits = _together(edits, group) or edits
        return edits

    def _groups(self, link: Link) -> list[Edits]:
        """The assignments of a reading in groups that agree; a contradiction begins a new group."""
        groups = [_Found()]
        for event in events(link):
            for found in self._event(event):
                joined = None if found.apart else _together(groups[-1].edits, found.edits)
                if joined is None:
                    groups.append(_Found(found.edits, list(found.turned)))
                else:
                    groups[-1].edits = joined
                    groups[-1].turned += found.turned
        return [self._with_path_conditions(group.edits, group.turned) for group in groups]

    def _event(self, event: Event) -> Iterator[_Found]:
        if isinstance(event, Read):
            yield _Found(next(iter(event.ways or ()), ()))
        elif isinstance(event, Taken):
            turned = [(event.branch.condition, not event.branch.wanted)] if event.turned else []
            for place, edits in enumerate(self._groups(event.inside)):
                yield _Found(edits, [] if place else turned, apart=place > 0)
        else:
            yield from self._rows(event)

    def _with_path_conditions(self, edits: Edits, turned: list[_Turn]) -> Edits:
        """The assignments, and those under which the branches are taken."""
        for condition, wanted in turned:
            bound = generalised(edits)
            if all(path[-1:] == (KEY,) for path in condition.taint if ELEMENT in path or KEY in path) and any(
                path[-1:] == (KEY,) for path in condition.taint
            ):
                continue  # which element it is decides
            if bool(Outcomes().of(condition, bound)) == wanted:
                continue
            for path_condition in islice(self._inversion.satisfy(condition, wanted, bound=bound), 3):
                joined = combined(edits, [edit for edit in path_condition if not isinstance(edit[1], AnyOther)])
                if joined is not None:
                    edits = joined
                    break
        return edits

    def _rows(self, event: Rows) -> Iterator[_Found]:
        """The elements of one loop as assignments to its list or map, and to other values that were read in them."""
        base = next(iter(event.loop.source.direct), None)
        if base is None:
            return
        now = plain(event.loop.source)
        dropped: set[int | str] = set()
        runs = [_Elements()]
        for row, inside in event.in_order():
            if isinstance(inside, bool):
                dropped |= {row.key} if row is not None else set()
                continue
            for group in self._groups(inside):
                if row is not None:
                    yield _Found(group)
                    continue
                key, value, others = _element(base, group)
                outside = _together(runs[-1].outside, others)
                if outside is None or (ELEMENT in base and not _follows(runs[-1], key)):
                    # another list or map of the loop around this one
                    runs.append(_Elements())
                    outside = others
                runs[-1].outside = outside
                runs[-1].made.append((key, value))
        for place, run in enumerate(runs):
            yield _Found((*_container(base, now, run.made, dropped), *run.outside), apart=place > 0)
            now, dropped = None, set()


@dataclass(slots=True)
class _Elements:
    """New elements of one loop that belong to one list or map."""

    made: list[tuple[Json, Json]] = field(default_factory=list)
    """Keys (None in a list) and contents of new ones."""
    outside: Edits = ()
    """What was read in them and lies elsewhere."""


def _follows(run: _Elements, key: Json) -> bool:
    """Whether a key comes after those before it, as those of one map do."""
    last = run.made[-1][0] if run.made else None
    return not (isinstance(key, str) and isinstance(last, str)) or key > last


def _element(base: KeyPath, group: Edits) -> tuple[Json, Json, Edits]:
    """Key (None in a list) and content of an element, and what was read in it that lies elsewhere."""
    key: Json = None
    value: Json = None
    others: list[Edit] = []
    place = (*base, ELEMENT)
    for path, item in group:
        if path == (*base, KEY):
            key = item
        elif path == place:
            value = item
        elif path[: len(place)] == place:
            value = set_inside(value, path[len(place) :], item)
        else:
            others.append((path, item))
    return key, value, tuple(others)


def _container(base: KeyPath, now: Json, made: list[tuple[Json, Json]], dropped: set[int | str]) -> Edits:
    if (now and isinstance(now, dict)) or any(key is not None for key, _ in made):
        named = {name: value for name, value in made if isinstance(name, str)}
        edits: list[Edit] = [((*base, key), None) for key in sorted(map(str, dropped)) if key not in named]
        for name, value in named.items():
            old = now.get(name) if isinstance(now, dict) and name not in dropped else None
            if old and isinstance(old, dict) and isinstance(value, dict):
                # what an entry holds that is not printed here stays
                edits += [((*base, name, field), item) for field, item in value.items()]
            else:
                edits.append(((*base, name), value))
        return tuple(edits)
    if not made and not dropped:
        return ()
    kept = [item for index, item in enumerate(now or []) if index not in dropped]
    return ((base, [*kept, *[value for _, value in made if value is not None]]),)


def _together(one: Edits, other: Edits) -> Edits | None:
    """Both, with maps merged; None where they contradict each other."""
    found: dict[KeyPath, Json] = dict(one)
    for path, value in other:
        if path in found:
            both = _joined(found[path], value)
            if both is None:
                return None
            found[path] = both
        else:
            found[path] = value
    return tuple(found.items())


def _joined(one: Json, other: Json) -> Json:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        made = dict(one)
        for key, value in other.items():
            if key in made and not same(made[key], value):
                inner = _joined(made[key], value)
                if inner is None:
                    return None
                made[key] = inner
            else:
                made[key] = value
        return made
    return one if same(one, other) else None
