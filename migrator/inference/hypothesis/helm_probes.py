"""Templates that the interpreter renders wrongly: helm renders them, and sentinel values show what sets a scalar.

For such a template every hypothesis is rendered by the helm binary. Once for each shape that its objects take, the
scalar values that it may read are set to words that occur nowhere else. Where such a word is printed, its value is the
source of those characters: provenance as the interpreter would have recorded it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace

from migrator.diagnostics import MigrateError
from migrator.inference.assignments.values_tree import Tree, leaves
from migrator.inference.inversion.scalars import scalar_text
from migrator.model import Json, KeyPath, ReleaseContext
from migrator.templates.chart import GLOBAL, Chart
from migrator.templates.errors import TemplateError
from migrator.templates.golang.yaml_tree import Node, parse_tree
from migrator.templates.interpreter.failures import Failure
from migrator.templates.interpreter.render import (
    RELEASE_NAME,
    RELEASE_NAMESPACE,
    Interpreter,
    Run,
    TemplateRun,
)
from migrator.templates.provenance.value import Piece, Value
from migrator.yamlio import digest

MOST_RUNS = 120
"""Runs of helm for one search; when they are used up, the last output stays."""
MOST_LEARNING = 30
"""Of these, runs that may be spent on sentinels."""
FIRST_NUMBER = 51013
_WORD = re.compile(r"xq(\d+)zx|(?<!\d)(5[1-9]\d{3})(?!\d)")

Ask = Callable[[Mapping[str, Json], ReleaseContext], bytes]
"""What helm prints for overrides; raises MigrateError where it refuses them."""
Place = tuple[int, KeyPath]
"""A scalar of what a template prints: which object, and where in it."""
Printed = Mapping[str, tuple[str, ...]]
_SOURCE = "# Source: "
UMBRELLA = "umbrella/charts/"
"""Prefix of the paths of templates that helm renders below an umbrella."""


def printed(stream: bytes) -> Mapping[str, tuple[str, ...]]:
    """Path of a template -> the documents that helm printed from it, in helm's order."""
    from migrator.engines import split_rendered

    found: dict[str, list[str]] = defaultdict(list)
    path = ""
    for piece in split_rendered(stream):
        while piece.startswith("---"):  # an empty document leaves its separator to the next one
            piece = piece[3:].lstrip()  # noqa: PLW2901
        head, _, text = piece.partition("\n")
        if head.startswith(_SOURCE):
            path = head.removeprefix(_SOURCE).strip().removeprefix(UMBRELLA)
        else:  # a document that began with a separator of its own
            text = piece
        if text.strip():
            found[path].append(text)
    return {path: tuple(texts) for path, texts in found.items()}


class Probes:
    """What helm prints for untrusted templates, and what was learned about it; shared by all runs of one search."""

    def __init__(self, untrusted: frozenset[str], defaults: Mapping[str, Json], ask: Ask) -> None:
        self.untrusted, self._defaults, self._ask = untrusted, defaults, ask
        self._left = MOST_RUNS
        self._known: dict[str, Printed | str] = {}
        self._made: dict[tuple[str, str], TemplateRun] = {}
        self._patterns: dict[str, dict[Place, str]] = {}
        self._shapes: set[tuple[str, tuple[str, ...]]] = set()
        self._words: dict[int, KeyPath] = {}

    def run(self, own: TemplateRun, dependencies: frozenset[KeyPath], asked: Run) -> TemplateRun | None:
        """What helm prints for a template under the values of a run; None when no more may be asked."""
        key = digest({"values": asked.values, "setting": repr(asked.setting)})
        if (own.path, key) not in self._made:
            answer = self._printed(asked.values, asked.setting, key)
            if answer is None:
                return None
            if isinstance(answer, str):
                made = TemplateRun(
                    path=own.path, pieces=[], dependencies=dependencies, failures=(Failure(message=answer),)
                )
            else:
                texts = answer.get(own.path, ())
                self._learn(own.path, texts, dependencies, asked)
                pieces = self._pieces(own.path, texts, asked)
                made = TemplateRun(path=own.path, pieces=pieces, dependencies=dependencies)
            self._made[own.path, key] = made
        return self._made[own.path, key]

    def _printed(self, values: Mapping[str, Json], setting: ReleaseContext, key: str) -> Printed | str | None:
        if key not in self._known:
            if self._left <= 0:
                return None
            self._left -= 1
            try:
                self._known[key] = printed(self._ask(values, setting))
            except MigrateError as error:
                self._known[key] = error.diagnostic.summary
        return self._known[key]

    # -- sentinels -----------------------------------------------------------------------------------------------

    def _learn(self, path: str, texts: Sequence[str], dependencies: frozenset[KeyPath], asked: Run) -> None:
        shape = (path, _kinds(texts))
        if shape in self._shapes or self._left <= MOST_RUNS - MOST_LEARNING:
            return
        self._shapes.add(shape)
        tree = Tree(self._defaults, asked.values)
        scalars = [
            leaf
            for leaf in leaves(tree.effective(()))
            if isinstance(tree.effective(leaf), (str, int, float))
            and not isinstance(tree.effective(leaf), bool)
            and any(leaf[: len(read)] == read for read in dependencies)
        ]
        self._try(path, scalars, tree, asked.setting, shape[1])

    def _try(
        self, path: str, scalars: Sequence[KeyPath], tree: Tree, setting: ReleaseContext, kinds: tuple[str, ...]
    ) -> None:
        """Set all at once; where helm refuses or prints other objects, by halves."""
        if not scalars or self._left <= MOST_RUNS - MOST_LEARNING:
            return
        edits = []
        for leaf in scalars:
            number = len(self._words)
            self._words[number] = leaf
            is_text = isinstance(tree.effective(leaf), str)
            edits.append((leaf, f"xq{number}zx" if is_text else FIRST_NUMBER + number))
        overrides = tree.assign(edits).overrides
        answer = self._printed(overrides, setting, digest({"values": overrides, "setting": repr(setting)}))
        if isinstance(answer, str) or answer is None or _kinds(answer.get(path, ())) != kinds:
            middle = len(scalars) // 2
            if middle:
                self._try(path, scalars[:middle], tree, setting, kinds)
                self._try(path, scalars[middle:], tree, setting, kinds)
            return
        found = self._patterns.setdefault(path, {})
        for index, text in enumerate(answer.get(path, ())):
            for place, node in _scalars(text):
                shown = scalar_text(node.value)
                if any(self._path(word) is not None for word in _WORD.finditer(shown)):
                    found[index, place] = shown

    def _path(self, word: re.Match[str]) -> KeyPath | None:
        return self._words.get(int(word[1]) if word[1] else int(word[2]) - FIRST_NUMBER)

    # -- pieces --------------------------------------------------------------------------------------------------

    def _pieces(self, path: str, texts: Sequence[str], asked: Run) -> list[Piece]:
        tree = Tree(self._defaults, asked.values)
        patterns = self._patterns.get(path, {})
        made: list[Piece] = []
        for index, text in enumerate(texts):
            made.append(Piece("---\n", None, None, None))
            end = 0
            for place, node in sorted(_scalars(text), key=lambda item: item[1].start):
                inside = self._sourced(patterns.get((index, place), ""), text[node.start : node.end], node, tree)
                if inside:
                    made += [Piece(text[end : node.start], None, None, None), *inside]
                    end = node.end
            made.append(Piece(text[end:], None, None, None))
        return [piece for piece in made if piece.text]

    def _sourced(self, pattern: str, text: str, node: Node, tree: Tree) -> list[Piece]:
        """A scalar's characters with their sources; nothing where they are not what the sentinels showed."""
        mark = node.style if node.style in ("'", '"') else ""
        shown = scalar_text(node.value)
        if not pattern or text != f"{mark}{shown}{mark}":
            return []
        fixed, paths, end = [], [], 0
        for word in _WORD.finditer(pattern):
            path = self._path(word)
            if path is not None:
                fixed.append(pattern[end : word.start()])
                paths.append(path)
                end = word.end()
        parts = _cut([*fixed, pattern[end:]], [scalar_text(tree.effective(path)) for path in paths], shown)
        if parts is None:
            return []
        made = [Piece(mark, None, None, None)]
        for place, part in enumerate(parts):
            source = Value(tree.effective(paths[place // 2]), (paths[place // 2],)) if place % 2 else None
            made.append(Piece(part, source, None, None))
        return [*made, Piece(mark, None, None, None)]


class Probed(Interpreter):
    """An interpreter that has untrusted templates rendered by helm."""

    def __init__(self, chart: Chart, probes: Probes, *, untaken: bool = True) -> None:
        super().__init__(chart, untaken=untaken)
        self._probes = probes

    def run(self, values: Mapping[str, Json], setting: ReleaseContext, previous: Run | None = None) -> Run:
        run = super().run(values, setting, previous)
        before = previous.templates if previous is not None else {}
        templates = dict(run.templates)
        for path in sorted(self._probes.untrusted & templates.keys()):
            own = templates[path]
            if own is before.get(path):
                continue
            made = self._probes.run(own, own.dependencies | self._reads(path), run)
            templates[path] = made or before.get(path, own)
        return replace(run, templates=templates)

    def _reads(self, path: str) -> frozenset[KeyPath]:
        """Every value that the text of a template names, and of those that it includes."""
        below = tuple(path.split("/templates/", maxsplit=1)[0].split("/charts/")[1:])
        defines = {name: nodes for _, named in self.parsed.values() for name, nodes in named.items()}
        found: set[KeyPath] = {RELEASE_NAME, RELEASE_NAMESPACE}
        for names in _fields(self.parsed[path][0], defines):
            if "Values" in names:
                inner = names[len(names) - names[::-1].index("Values") :]
                found |= {(*below, *inner), inner} if inner[:1] == (GLOBAL,) else {(*below, *inner)}
        return frozenset(found)


def _fields(nodes: Sequence[object], defines: Mapping[str, Sequence[object]]) -> Iterator[tuple[str, ...]]:
    """The names after each dot of a syntax tree and of the templates that it calls."""
    seen: set[str] = set()
    stack: list[object] = list(nodes)
    while stack:
        item = stack.pop()
        if isinstance(item, (list, tuple)):
            stack += item
            continue
        if not is_dataclass(item):
            continue
        for each in fields(item):
            value = getattr(item, each.name)
            if each.name == "names":
                yield value
            elif each.name in ("name", "value") and isinstance(value, str):
                if value in defines and value not in seen:
                    seen.add(value)
                    stack += defines[value]
            elif not isinstance(value, str):
                stack.append(value)


def _cut(fixed: Sequence[str], values: Sequence[str], text: str) -> tuple[str, ...] | None:
    """A text as fixed and variable parts in turn: the values as they are, one of them changed, or all."""
    free = [set[int](), *({place} for place in range(len(values))), set(range(len(values)))]
    for each in free:
        expression = f"({re.escape(fixed[0])})"
        for place, value in enumerate(values):
            expression += f"({'.*' if place in each else re.escape(value)})({re.escape(fixed[place + 1])})"
        match = re.fullmatch(expression, text, re.DOTALL)
        if match is not None:
            return match.groups()
    return None


def _kinds(texts: Sequence[str]) -> tuple[str, ...]:
    """What objects there are, in order."""
    found = []
    for text in texts:
        root = _root(text)
        found.append(str(root.entries["kind"].value) if root is not None and "kind" in root.entries else "")
    return tuple(found)


def _root(text: str) -> Node | None:
    try:
        roots = parse_tree(text)
    except TemplateError:
        return None
    return roots[0] if roots else None


def _scalars(text: str) -> Iterator[tuple[KeyPath, Node]]:
    root = _root(text)
    if root is not None:
        yield from _below(root, ())


def _below(node: Node, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
    if node.kind == "map":
        for key, child in node.entries.items():
            yield from _below(child, (*path, key))
    elif node.kind == "list":
        for index, child in enumerate(node.items):
            yield from _below(child, (*path, index))
    else:
        yield path, node
