"""How far a rendered document is from its target, and where: the residual that drives the search."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.scalar_content import decoded_text, embedded
from migrator.model import Json, KeyPath, ResId
from migrator.templates.output.documents import Document
from migrator.templates.output.tree import Node
from migrator.yamlio import canonical, same

ORDER_COST = 0.1
LINE_COST = 0.2
MOST_TEXT = 200.0
"""What the lines of one text count at most in the extent of an object."""
NOBODY = ResId(group="", kind="", namespace="", name="")
_IDENTITY = (
    "name",
    "containerPort",
    "mountPath",
    "port",
    "host",
    "path",
    "key",
    "secretName",
    "alert",
    "record",
    "job_name",
)


def leaf_count(value: Json) -> int:
    """Scalars and empty containers of a tree."""
    if isinstance(value, dict) and value:
        return sum(map(leaf_count, value.values()))
    if isinstance(value, list) and value:
        return sum(map(leaf_count, value))
    return 1


def extent(value: Json) -> float:
    """Leaves of a tree, a text of many lines at what it may cost."""
    if isinstance(value, (dict, list)) and value:
        return sum(map(extent, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str) and "\n" in value:
        return 1.0 + min(LINE_COST * (value.count("\n") + 1), MOST_TEXT)
    return 1.0


def cost(now: Json, target: Json) -> float:
    """Leaves that differ; a list in another order costs a little."""
    if now is target:
        return 0.0
    if isinstance(now, dict) and isinstance(target, dict):
        total = 0.0
        for key in target:
            total += cost(now[key], target[key]) if key in now else extent(target[key])
        return total + sum(extent(now[key]) for key in now if key not in target)
    if isinstance(now, list) and isinstance(target, list):
        return _list_cost(now, target)
    if type(now) is type(target) and now == target:
        return 0.0
    if same(now, target):
        return 0.0
    if isinstance(now, str) and isinstance(target, str):
        return _text_cost(now, target)
    if isinstance(now, (dict, list)) or isinstance(target, (dict, list)):
        return max(extent(now), extent(target))
    return 1.0


def _text_cost(now: str, target: str) -> float:
    """Texts of many lines: a fraction of a leaf for each line that differs, at least one."""
    if "\n" not in now and "\n" not in target:
        decoded, wanted = (
            (decoded_text(now), decoded_text(target)) if len(now) > 40 and len(target) > 40 else (None, None)
        )
        if decoded is None or wanted is None:
            return 1.0
        now, target = decoded, wanted
    mine, theirs = Counter(now.split("\n")), Counter(target.split("\n"))
    return 1.0 + LINE_COST * max((mine - theirs).total(), (theirs - mine).total())


def _list_cost(now: list[Json], target: list[Json]) -> float:
    if now == target and same(now, target):
        return 0.0
    total, last, disorder = 0.0, -1, 0
    for left, right in align(now, target):
        if left is None and right is not None:
            total += extent(target[right])
        elif right is None and left is not None:
            total += extent(now[left])
        elif left is not None and right is not None:
            total += cost(now[left], target[right])
            if right < last:
                disorder += 1
            last = max(last, right)
    return total + ORDER_COST * disorder


def _token(value: Json) -> str:
    return json.dumps(canonical(value), sort_keys=True)


def align(now: list[Json], target: list[Json]) -> list[tuple[int | None, int | None]]:
    """Pairs of positions: equal items first, then those of one identity, then what is left of one shape in order."""
    pairs: list[tuple[int | None, int | None]] = []
    left_free, right_free = list(range(len(now))), list(range(len(target)))
    alike = (_token, _identity, _shape, _nameless) if len(now) == len(target) else (_token, _identity, _shape)
    for key_of in alike:
        waiting: dict[str, list[int]] = {}
        for right in right_free:
            key = key_of(target[right])
            if key:
                waiting.setdefault(key, []).append(right)
        remaining = []
        for left in left_free:
            found = waiting.get(key_of(now[left]) or "\0")
            if found:
                pairs.append((left, found.pop(0)))
            else:
                remaining.append(left)
        left_free = remaining
        taken = {right for _, right in pairs}
        right_free = [right for right in right_free if right not in taken]
    pairs.sort(key=lambda pair: pair[0] if pair[0] is not None else -1)
    return [*pairs, *((left, None) for left in left_free), *((None, right) for right in right_free)]


def _identity(value: Json) -> str:
    if isinstance(value, dict):
        for key in _IDENTITY:
            if isinstance(value.get(key), (str, int)):
                return f"{key}={value[key]}"
        return ""
    if isinstance(value, str):
        head, mark, _ = value.partition("=")
        return head + mark if mark else ""
    return ""


def _shape(value: Json) -> str:
    if isinstance(value, dict):
        return "{}" + ",".join(sorted(value)[:1])
    return type(value).__name__


def _nameless(value: Json) -> str:
    return "{}" if isinstance(value, dict) and not _identity(value) else ""


@dataclass(slots=True, kw_only=True)
class Gap:
    """One place where a document is not its target."""

    kind: str
    """`changed`, `missing` (only in the target), `extra` (only in the document) or `order` (a list)."""
    document: Document
    path: KeyPath
    node: Node | None
    """The node that differs; for `missing` the container that lacks it."""
    now: Json
    target: Json
    key: str | int | None = None
    whole: Json = None
    """For gaps inside a container: what the container should be as a whole."""
    siblings: tuple[int, ...] = ()
    """For a missing item: positions in the target of all items that the list lacks."""
    owner: ResId = NOBODY
    """The target that it is a gap to."""
    settled: frozenset[KeyPath] = frozenset()
    """Values that are right as they are, since names hang on them."""
    within: KeyPath = ()
    """For a gap in a document inside a text: where the text stands."""
    text: Gap | None = None
    """For a gap in a document inside a text: the text as one that is another."""
    blind: list[Edits] = field(default_factory=list)
    """Assignments that open what might print it, though nothing in there has been read."""
    item: Gap | None = None
    """For a gap inside an item of a list: the item as one that the list lacks."""
    readings: list[tuple[int, Edits]] | None = None
    """What untaken branches say of it, once somebody has asked: how many leaves each leaves unexplained."""

    @property
    def place(self) -> tuple[ResId, KeyPath]:
        """The target, and the path in it: of the text, where the gap is inside one."""
        return self.owner, self.within or self.path


def gaps(document: Document, target: Json) -> list[Gap]:
    """The residual of a document, embedded YAML, JSON and base64 looked into."""
    if document.root is None:
        return []
    return list(_walk(document, document.root, document.root.plain(), target, ()))


def gaps_at(document: Document, node: Node, target: Json, path: KeyPath) -> list[Gap]:
    """The residual below one node."""
    return list(_walk(document, node, node.plain(), target, path))


def _walk(document: Document, node: Node, now: Json, target: Json, path: KeyPath) -> Iterator[Gap]:
    if node.kind == "map" and isinstance(target, dict):
        for key in target:
            if key not in node.entries:
                yield Gap(
                    kind="missing",
                    document=document,
                    path=(*path, key),
                    node=node,
                    now=None,
                    target=target[key],
                    key=key,
                    whole=target,
                )
            elif not same(now[key], target[key]):
                yield from _walk(document, node.entries[key], now[key], target[key], (*path, key))
        for key in node.entries:
            if key not in target:
                yield Gap(
                    kind="extra",
                    document=document,
                    path=(*path, key),
                    node=node,
                    now=now[key],
                    target=None,
                    key=key,
                    whole=target,
                )
    elif node.kind == "list" and isinstance(target, list):
        yield from _walk_list(document, node, now, target, path)
    else:
        text = Gap(kind="changed", document=document, path=path, node=node, now=now, target=target, whole=target)
        inner = embedded(document, node, now, target)
        if inner is not None:
            document_inside, target_inside = inner
            found = gaps(document_inside, target_inside)
            if found:
                for gap in found:
                    gap.within = (*path, *gap.within)
                    gap.text = gap.text or text
                yield from found
                if sum(1 for piece in document_inside.real if piece.source is not None) != 1:
                    return  # else one value is printed as a whole, and may be read as a whole
        yield text


def _walk_list(document: Document, node: Node, now: list[Json], target: list[Json], path: KeyPath) -> Iterator[Gap]:
    pairs = align(now, target)
    order = [right for left, right in pairs if left is not None and right is not None]
    if order != sorted(order):
        yield Gap(kind="order", document=document, path=path, node=node, now=now, target=target, whole=target)
    lacking = tuple(right for left, right in pairs if left is None and right is not None)
    for left, right in pairs:
        if left is None and right is not None:
            yield Gap(
                kind="missing",
                document=document,
                path=(*path, right),
                node=node,
                now=None,
                target=target[right],
                key=right,
                whole=target,
                siblings=lacking,
            )
        elif right is None and left is not None:
            yield Gap(
                kind="extra",
                document=document,
                path=(*path, left),
                node=node,
                now=now[left],
                target=None,
                key=left,
                whole=target,
            )
        elif left is not None and right is not None and not same(now[left], target[right]):
            item = Gap(
                kind="missing",
                document=document,
                path=(*path, right),
                node=node,
                now=None,
                target=target[right],
                key=right,
                whole=target,
            )
            for gap in _walk(document, node.items[left], now[left], target[right], (*path, right)):
                gap.item = gap.item or item
                yield gap


def promise(gap: Gap) -> float:
    """By how much closing a gap brings its document nearer, at least."""
    if gap.kind == "extra":
        return float(leaf_count(gap.now)) * 0.5
    return float(leaf_count(gap.target)) * 0.5 if gap.kind == "missing" else 0.5 if gap.kind == "changed" else 0.05
