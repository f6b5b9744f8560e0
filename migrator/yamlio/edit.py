"""Edits of YAML text that leave every byte alone which they do not name.

A round trip through a YAML library loses mixed indents, trailing blanks, spacing inside brackets and CRLF (fact Y12: in
6 % of real kustomizations at best). So an edit is a splice at the marks of the node that it names; afterwards the text
is read again and must hold exactly the value that the operations mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator.model import Json, RepoPath, SourceSpan
from migrator.yamlio.canonical import same
from migrator.yamlio.dump import block_lines, flow, in_quotes
from migrator.yamlio.nodes import Node, NodeKind, regions, root_of
from migrator.yamlio.operations import Append, Operation, Remove, Set, applied, in_order, refusal
from migrator.yamlio.reader import read_value
from migrator.yamlio.removal_spans import Layout, Splice, Step, cut, dash, end_of_line, layout_of
from migrator.yamlio.scalars import Dialect
from migrator.yamlio.text import YamlError


def edit(text: str, operations: Sequence[Operation], *, document: int | None = None) -> str:
    """The text after the operations; all else byte for byte, comments of what is removed gone with it.

    Every path names a place in the text as it is given, whatever the order: two items of a list are removed by the
    indexes they have now. `document` is a Document.index; by default the first document that is not empty. Raises
    YamlError MIG101 where the text does not parse, MIG102 where an edit has no place or cannot be made safely
    (what an alias shares, what a merge brings).
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    found = regions(body)
    if not operations:
        return text
    if document is None:
        document = next((index for index, region in enumerate(found) if region.content is not None), 0)
    elif not 0 <= document < len(found):
        raise YamlError.of("MIG102", f"there is no document {document} in the text")
    start, end = (found[document].start, found[document].end) if found else (0, len(body))
    return mark + body[:start] + _edited(body[start:end], operations) + body[end:]


def _edited(text: str, operations: Sequence[Operation]) -> str:
    """The text of one document after the operations, read again and found to mean what they mean."""
    value = _value(text)
    ordered = in_order(operations)
    for operation in ordered:
        value = applied(value, operation)
        splices = _splices(layout_of(text, root_of(text)), operation)
        for splice in sorted(splices, key=lambda splice: splice.start, reverse=True):
            text = text[: splice.start] + splice.text + text[splice.end :]
    _check(text, value, ordered)
    return text


def _value(text: str) -> Json:
    return read_value(text, dialect=Dialect.SIGS)


def _check(text: str, expected: Json, operations: Sequence[Operation]) -> None:
    """Raise unless the text holds what the operations mean: a wrong edit must never reach a file."""
    try:
        actual = _value(text)
        count = len(regions(text))
    except YamlError as error:
        raise refusal(operations[0], f"the result would not parse ({error.diagnostic.summary})") from None
    if not same(actual, expected) and (actual or expected):
        raise refusal(operations[0], "the result would not mean what was asked for (an alias or a repeated key?)")
    if count > 1:
        raise refusal(operations[0], "the edit would split the document")


def _splices(layout: Layout, operation: Operation) -> list[Splice]:
    match operation:
        case Remove():
            return _remove(layout, operation)
        case Set(value=value):
            return _set(layout, operation, value)
        case Append():
            return _append(layout, operation)


def _locate(root: Node | None, operation: Operation) -> tuple[Step, ...]:
    """The steps from the root as far as the path exists."""
    steps: list[Step] = []
    node = root
    for key in operation.path:
        if node is not None and node.kind is NodeKind.ALIAS:
            line = SourceSpan(path=RepoPath(""), line=node.line + 1, column=node.column + 1)
            raise refusal(operation, f"it stands behind the alias *{node.text} (line {line.line})")
        found: int | None = None
        if node is not None and node.kind is NodeKind.SEQUENCE and isinstance(key, int) and 0 <= key < len(node.items):
            found = key
        elif node is not None and node.kind is NodeKind.MAPPING:
            found = next((at for at in range(len(node.entries) - 1, -1, -1) if node.entries[at].is_named(key)), None)
        if node is None or found is None:
            break
        steps.append(Step(parent=node, position=found))
        node = steps[-1].node
    return tuple(steps)


def _remove(layout: Layout, operation: Remove) -> list[Splice]:
    steps = _locate(layout.root, operation)
    if len(steps) < len(operation.path) or not steps:
        raise refusal(operation, "nothing is there")
    depth = len(steps) - 1
    if steps[depth].parent.kind is NodeKind.SEQUENCE and steps[depth].is_only:
        if depth and steps[depth - 1].parent.kind is NodeKind.MAPPING:
            if not (steps[depth - 1].is_only and depth > 1):
                return cut(layout, steps[depth - 1], last_item=steps[depth])
            return _replace(layout, steps[: depth - 1], {}, operation)
        return _replace(layout, steps[:depth], [], operation)
    if steps[depth].parent.kind is NodeKind.MAPPING and steps[depth].is_only and depth:
        return _replace(layout, steps[:depth], {}, operation)
    return cut(layout, steps[depth])


def _set(layout: Layout, operation: Set | Append, value: Json) -> list[Splice]:
    steps = _locate(layout.root, operation)
    if not operation.path:
        raise refusal(operation, "an edit changes a part of a document")
    if len(steps) == len(operation.path):
        return _replace(layout, steps, value, operation)
    key, *rest = operation.path[len(steps) :]
    for name in reversed(rest):
        if isinstance(name, int):
            raise refusal(operation, f"there is no item {name}")
        value = {name: value}
    container = steps[-1].node if steps else layout.root
    if isinstance(key, int):
        raise refusal(operation, f"there is no item {key}")
    if container is None or container.is_empty or _is_null(container) or _is_hollow(container):
        if steps:
            return _replace(layout, steps, {key: value}, operation)
        return _fill(layout, {key: value})
    if container.kind is not NodeKind.MAPPING:
        raise refusal(operation, f"{key!r} would stand in something that is not a mapping")
    if container.flow:
        return _insert_flow(layout, container, f"{flow(key)}: {flow(value)}")
    lines = block_lines({key: value}, indent=container.entries[0].key.column, list_indent=layout.list_indent)
    return [_insert_lines(layout, container, lines)]


def _append(layout: Layout, operation: Append) -> list[Splice]:
    steps = _locate(layout.root, operation)
    target = steps[-1].node if steps else layout.root
    is_there = len(steps) == len(operation.path) and target is not None
    if not is_there or target is None or target.is_empty or _is_null(target):
        if operation.path:
            return _set(layout, operation, [operation.value])
        return _fill(layout, [operation.value])
    if target.kind is not NodeKind.SEQUENCE:
        raise refusal(operation, "there is no list there")
    if not target.items:
        return _replace(layout, steps, [operation.value], operation)
    if target.flow:
        return _insert_flow(layout, target, flow(operation.value))
    first = dash(layout.text, target, 0)
    column = first - layout.line_start(first)
    lines = block_lines([operation.value], indent=column, list_indent=layout.list_indent)
    return [_insert_lines(layout, target, lines)]


def _is_null(node: Node) -> bool:
    return node.kind is NodeKind.SCALAR and not node.style and node.text in {"~", "null", "Null", "NULL"}


def _is_hollow(node: Node) -> bool:
    return node.kind is NodeKind.MAPPING and not node.entries


def _fill(layout: Layout, value: Json) -> list[Splice]:
    """Write into a document that has nothing, or only `{}`."""
    root = layout.root
    lines = layout.newline.join(block_lines(value, list_indent=layout.list_indent))
    if root is not None:
        return [Splice(start=root.start, end=root.end, text=lines)]
    end = len(layout.text)
    before = layout.text
    lead = "" if not before or before.endswith("\n") else layout.newline
    return [Splice(start=end, end=end, text=f"{lead}{lines}{layout.newline}")]


def _insert_lines(layout: Layout, container: Node, lines: list[str]) -> Splice:
    """Whole lines behind the last child of a block collection, before the comments that follow it."""
    column = len(lines[0]) - len(lines[0].lstrip(" "))
    position = layout.past_deeper_comments(end_of_line(layout.text, max(container.end - 1, container.start)), column)
    block = layout.newline.join(lines)
    if layout.text[:position].endswith("\n"):
        return Splice(start=position, end=position, text=block + layout.newline)
    return Splice(start=position, end=position, text=layout.newline + block)  # the file ends without a newline


def _insert_flow(layout: Layout, container: Node, rendered: str) -> list[Splice]:
    """One more child behind the last between brackets, on a line of its own where the last one has its own."""
    text = layout.text
    last = Step(parent=container, position=container.size - 1)
    begin, end = last.extent(text)
    line = layout.line_start(begin)
    stop = end_of_line(text, end)
    if text[line:begin].strip() or stop >= container.end:
        return [Splice(start=end, end=end, text=f", {rendered}")]
    rest = text[end:stop].split("#", 1)[0].strip()
    comma = [] if rest.startswith(",") else [Splice(start=end, end=end, text=",")]
    trailing = "," if rest.startswith(",") else ""
    return [*comma, Splice(start=stop, end=stop, text=f"{text[line:begin]}{rendered}{trailing}{layout.newline}")]


def _replace(layout: Layout, steps: Sequence[Step], value: Json, operation: Operation) -> list[Splice]:
    """Another value for the node that the steps lead to."""
    if not steps:
        root = layout.root
        if root is None:
            raise refusal(operation, "nothing is there")
        return [Splice(start=root.start, end=root.end, text=flow(value))]
    step = steps[-1]
    old = step.node
    if step.parent.flow:
        if not old.is_empty:
            return [Splice(start=old.start, end=old.end, text=flow(value))]
        colon = layout.colon(step.parent.entries[step.position]) if step.parent.entries else -1
        if colon < 0:
            raise refusal(operation, "an empty place between brackets")
        return [Splice(start=colon, end=colon, text=f" {flow(value)}")]
    behind, column = layout.behind_indicator(step)
    if behind < 0:
        raise refusal(operation, "an explicit `? key`")
    if isinstance(value, str) and old.style in {"'", '"'}:
        value = in_quotes(value, old.style)
    tail = _tail(step, value, column, layout.list_indent)
    is_one_line = "\n" not in layout.text[behind : old.end] and old.style not in {"|", ">"}
    if is_one_line and len(tail) == 1 and not old.is_empty and not isinstance(value, dict | list):
        return [Splice(start=old.start, end=old.end, text=tail[0].lstrip())]
    stop = end_of_line(layout.text, max(old.end - 1, behind)) if old.end > behind else end_of_line(layout.text, behind)
    ending = layout.text[:stop][len(layout.text[:stop].rstrip("\r\n")) :]
    comment = layout.comment_behind(old.end if is_one_line else behind)
    first, *rest = tail
    lines = layout.newline.join([first + (f" {comment}" if comment else ""), *rest])
    return [Splice(start=behind, end=stop, text=lines + ending)]


def _tail(step: Step, value: Json, column: int, list_indent: int) -> list[str]:
    """What stands behind the colon or the dash: the rest of that line, and the lines below."""
    holder: Json = {"k": value} if step.parent.kind is NodeKind.MAPPING else [value]
    first, *rest = block_lines(holder, indent=column, list_indent=list_indent)
    indicator = 2 if step.parent.kind is NodeKind.MAPPING else 1
    return [first[column + indicator :], *rest]
