"""The lines and characters that belong to a node: what goes when it goes, comments included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.yamlio.nodes import Entry, Node, NodeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Text in the place of what stood between two positions."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One child of a collection."""

    parent: Node
    position: int

    @property
    def node(self) -> Node:
        """The item, or the value of the entry."""
        is_item = self.parent.kind is NodeKind.SEQUENCE
        return self.parent.items[self.position] if is_item else self.parent.entries[self.position].value

    @property
    def is_only(self) -> bool:
        return self.parent.size == 1

    @property
    def following(self) -> Step | None:
        more = self.position + 1 < self.parent.size
        return Step(parent=self.parent, position=self.position + 1) if more else None

    def extent(self, text: str) -> tuple[int, int]:
        """From the dash or the key to the end of the value."""
        if self.parent.kind is NodeKind.MAPPING:
            entry = self.parent.entries[self.position]
            return entry.key.start, max(entry.value.end, entry.key.end)
        node = self.node
        if self.parent.flow:
            return node.start, node.end
        begin = dash(text, self.parent, self.position)
        return begin, max(node.end, begin + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The text of a document, its nodes, and how its author writes."""

    text: str
    root: Node | None
    newline: str
    list_indent: int

    def line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def colon(self, entry: Entry) -> int:
        """The position behind the colon of an entry, -1 where there is none."""
        match = _COLON.match(self.text, entry.key.end)
        return match.end() if match else -1

    def behind_indicator(self, step: Step) -> tuple[int, int]:
        """The position behind the dash or colon of a child in block style, and the column of its collection."""
        begin, _ = step.extent(self.text)
        column = begin - self.line_start(begin)
        if step.parent.kind is NodeKind.SEQUENCE:
            return begin + 1, column
        return self.colon(step.parent.entries[step.position]), column

    def comment_behind(self, position: int) -> str:
        """The comment on the rest of this line."""
        match = _COMMENT_REST.match(self.text, position)
        return match[1] if match else ""

    def past_deeper_comments(self, position: int, column: int) -> int:
        """The position behind comment lines that stand further right: they belong to what is above them."""
        stop = position
        while (match := _COMMENT_LINE.match(self.text, stop)) and len(match[1]) > column:
            stop = match.end()
        return position if _SWITCHED_OFF.search(self.text, position, stop) else stop

    def comments_above(self, position: int, column: int) -> int:
        """Where the unbroken comment lines of this column above a line begin; the line itself if there are none.

        Comments with a list item that someone switched off belong to no other item.
        """
        start = position
        while start > 0:
            above = self.line_start(start - 1)
            match = _COMMENT_LINE.match(self.text, above)
            if not match or len(match[1]) != column:
                break
            start = above
        return position if _SWITCHED_OFF.search(self.text, start, position) else start


_COLON = re.compile(r"[ \t]*:")
_COMMENT_REST = re.compile(r"[ \t]+(#[^\r\n]*)")
_COMMENT_LINE = re.compile(r"([ \t]*)#[^\n]*(?:\n|\Z)")
_BLANK_ABOVE = re.compile(r"(?<=\n)(?:[ \t]*\r?\n)+\Z")
_BLANK_BELOW = re.compile(r"(?:[ \t]*\r?\n)+")
_SWITCHED_OFF = re.compile(r"^[ \t]*#[ \t]*- ", re.MULTILINE)
_FLOW_LINE_REST = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?(?:\n|\r\n)")


def layout_of(text: str, root: Node | None) -> Layout:
    """The layout of a document; new lists stand as the first list of the document does, else indented by two."""
    newline = "\r\n" if "\r\n" in text else "\n"
    return Layout(text=text, root=root, newline=newline, list_indent=_list_indent(text, root))


def _list_indent(text: str, root: Node | None) -> int:
    pending = [root] if root is not None else []
    while pending:
        node = pending.pop(0)
        for entry in node.entries:
            value = entry.value
            if value.kind is NodeKind.SEQUENCE and not value.flow and not node.flow:
                begin = dash(text, value, 0)
                return max(begin - text.rfind("\n", 0, begin) - 1 - entry.key.column, 0)
        pending.extend([entry.value for entry in node.entries] + list(node.items))
    return 2


def end_of_line(text: str, position: int) -> int:
    """The position behind the newline that ends this line."""
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def dash(text: str, sequence: Node, position: int) -> int:
    """Where the dash of an item of a block sequence stands."""
    at = sequence.items[position - 1].end if position else sequence.start
    while text[at] != "-":
        if text[at] == "#":
            at = end_of_line(text, at)
        elif text[at].isspace():
            at += 1
        else:  # an anchor or a tag of the sequence
            while not text[at].isspace():
                at += 1
    return at


def cut(layout: Layout, step: Step, *, last_item: Step | None = None) -> list[Splice]:
    """The splices that take a child out of its collection, its comments with it, the comments of others kept.

    `last_item` is the only item of the list that the child holds: then comments within the list stay.
    """
    if step.parent.flow:
        return [_cut_flow(layout, step)]
    text = layout.text
    begin, _ = step.extent(text)
    line = layout.line_start(begin)
    if text[line:begin].strip(" "):
        return _cut_behind_dash(layout, step)
    start, stop = _lines(layout, step)
    if last_item is not None and not last_item.parent.flow:
        key_line_end = end_of_line(text, begin)
        item_start, item_stop = _lines(layout, last_item)
        if text[key_line_end:item_start].strip():
            return [Splice(start=start, end=key_line_end), Splice(start=item_start, end=item_stop)]
        stop = item_stop
    start, stop = _blank_lines(layout, step, start, stop)
    return [Splice(start=start, end=stop)]


def _blank_lines(layout: Layout, step: Step, start: int, stop: int) -> tuple[int, int]:
    """The lines with the blank ones that would stand beside other blank ones, or at the end of the text."""
    text = layout.text
    above = _BLANK_ABOVE.search(text, 0, start)
    below = _BLANK_BELOW.match(text, stop)
    if stop + (len(below[0]) if below else 0) == len(text):
        before = Step(parent=step.parent, position=step.position - 1).node if step.position else None
        # at the end of a block scalar blank lines are content
        return (
            (above.start(), len(text))
            if above and before and _last_of(before).style not in {"|", ">"}
            else (start, stop)
        )
    return (start, below.end()) if below and (above or not text[:start].strip()) else (start, stop)


def _last_of(node: Node) -> Node:
    while node.size:
        node = node.items[-1] if node.kind is NodeKind.SEQUENCE else node.entries[-1].value
    return node


def _lines(layout: Layout, step: Step) -> tuple[int, int]:
    """The whole lines of a child in block style, from the comments above that are its own to those below."""
    text = layout.text
    begin, end = step.extent(text)
    line = layout.line_start(begin)
    column = begin - line
    stop = layout.past_deeper_comments(end_of_line(text, max(end - 1, begin)), column)
    top = layout.comments_above(line, column)
    if step.parent.kind is NodeKind.MAPPING:
        # a comment at the very top of a document is its header
        is_own = bool(text[:top].strip())
    else:
        # a comment over several items is their heading
        after = step.following
        is_own = after is None or layout.line_start(after.extent(text)[0]) != stop
    return (top if is_own else line), stop


def _cut_behind_dash(layout: Layout, step: Step) -> list[Splice]:
    """Take out the first of several children that stands behind the dash of an outer list; the next moves up there."""
    text = layout.text
    begin, end = step.extent(text)
    after = step.following
    if after is None:
        return [Splice(start=begin, end=end)]
    upto = after.extent(text)[0]
    line = layout.line_start(begin)
    kept_from = layout.past_deeper_comments(end_of_line(text, max(end - 1, begin)), begin - line)
    kept = text[kept_from : layout.line_start(upto)]
    indent = text[line : line + len(text[line:begin]) - len(text[line:begin].lstrip(" "))]
    moved = "".join(f"{indent}{raw.lstrip()}" for raw in kept.splitlines(keepends=True) if raw.strip())
    return [Splice(start=line, end=line, text=moved), Splice(start=begin, end=upto)]


def _cut_flow(layout: Layout, step: Step) -> Splice:
    text = layout.text
    begin, end = step.extent(text)
    line = layout.line_start(begin)
    rest = _FLOW_LINE_REST.match(text, end)
    if rest and not text[line:begin].strip():
        return Splice(start=line, end=rest.end())
    after = step.following
    if after is not None:
        return Splice(start=begin, end=after.extent(text)[0])
    if step.position:
        return Splice(start=Step(parent=step.parent, position=step.position - 1).extent(text)[1], end=end)
    return Splice(start=begin, end=end)
