"""Taking documents out of a stream without touching the others."""

from __future__ import annotations

import re
from collections.abc import Collection

from migrator.yamlio.canonical import same
from migrator.yamlio.nodes import Region, regions
from migrator.yamlio.reader import read_documents
from migrator.yamlio.scalars import Dialect
from migrator.yamlio.text import YamlError

_MARGIN = re.compile(r"^#", re.MULTILINE)


def remove_documents(text: str, indexes: Collection[int]) -> str:
    """The text without the documents of these `Document.index`; the others byte for byte, their comments with them.

    A document goes with its `---`. What stands above the first one, set off by a blank line, is the header of the file
    and stays; so do comments at the margin behind a document, which are as often about the next one. Raises YamlError
    MIG101 where the text does not parse, MIG102 for an index that is not there.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    found = regions(body)
    unknown = sorted(index for index in indexes if not 0 <= index < len(found))
    if unknown:
        raise YamlError.of("MIG102", f"there is no document {unknown[0]} in the text")
    gone = set(indexes)
    pieces = [_lead(body, found, 0 in gone)] if found else [body]
    is_first = True
    for index, region in enumerate(found):
        if index in gone:
            pieces.append(_remarks(body, region))
            continue
        # where nothing is left above, a stream that began without `---` begins without it again
        is_bare = (is_first and found[0].separator is None) or region.separator is None
        begin = _content_start(body, region) if is_bare or region.separator is None else region.separator
        pieces.append(body[begin : region.end])
        is_first = False
    result = "".join(pieces)
    _check(body, result, gone)
    return mark + result


def _lead(text: str, found: tuple[Region, ...], first_goes: bool) -> str:
    """What stands above the first document and is not its own."""
    first = found[0]
    if first.separator is not None:
        return text[: first.separator]
    if not first_goes:
        return ""
    content = first.content if first.content is not None else first.end
    header_end = max(text.rfind("\n\n", 0, content), text.rfind("\n\r\n", 0, content))
    header = text[: header_end + 1]
    rest = text[header_end + 1 :]
    return header + rest[: len(rest) - len(rest.lstrip("\r\n"))] if header.lstrip().startswith("#") else ""


def _remarks(text: str, region: Region) -> str:
    """The comments at the margin behind a document, with the blank lines and comments that follow them."""
    line_end = text.find("\n", region.tail, region.end)
    found = _MARGIN.search(text, line_end + 1, region.end) if line_end >= 0 else None
    return text[found.start() : region.end] if found else ""


def _content_start(text: str, region: Region) -> int:
    """Behind the `---` and, if nothing else stands there, its line end."""
    if region.separator is None:
        return 0
    line_end = text.find("\n", region.start)
    is_bare = line_end >= 0 and not text[region.start : line_end].strip()
    return line_end + 1 if is_bare else region.separator


def _check(before: str, after: str, gone: set[int]) -> None:
    """Raise unless exactly these documents are gone."""
    expected = [
        document.value for document in read_documents(before, dialect=Dialect.SIGS) if document.index not in gone
    ]
    actual = [document.value for document in read_documents(after, dialect=Dialect.SIGS)]
    if not same(expected, actual):
        raise YamlError.of("MIG102", "cannot take documents out of the text: the others would change")
