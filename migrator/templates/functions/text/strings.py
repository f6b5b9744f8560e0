"""Strings: sprig's, which mostly count bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from migrator.model import Json
from migrator.templates.bounds import check_text
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.functions.text.cases import ENTRIES as CASES
from migrator.templates.golang.fmt import sprintf, to_text
from migrator.templates.golang.strconv import parse_int, quote
from migrator.templates.golang.types import StringMap, Strings, as_bytes, as_text

SPACES = " \t\n\v\f\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What unicode.IsSpace calls a space."""
_BYTE_SPACES = frozenset(b"\t\n\v\f\r \x85\xa0")


def bounds_error(start: int, end: int, length: int) -> TemplateError:
    """What Go's runtime says of a slice out of range."""
    if not 0 <= end <= length:
        note = f"[:{end}]" if end < 0 else f"[:{end}] with length {length}"
    elif start < 0:
        note = f"[{start}:]"
    else:
        note = f"[{start}:{end}]"
    return TemplateError(f"runtime error: slice bounds out of range {note}")


def cut(text: str, start: int, end: int) -> str:
    """`text[start:end]` in bytes, with Go's checks; half characters survive as raw bytes."""
    data: Any = text if text.isascii() else as_bytes(text)
    if not (0 <= start <= end <= len(data)):
        raise bounds_error(start, end, len(data))
    part = data[start:end]
    return part if isinstance(part, str) else as_text(part)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(as_bytes(text))


def _trunc(count: int, text: str) -> str:
    size = _size(text)
    if count < 0 and size + count > 0:
        return cut(text, size + count, size)
    return cut(text, 0, count) if 0 <= count < size else text


def _substr(start: int, end: int, text: str) -> str:
    if start < 0:
        return cut(text, 0, end)
    size = _size(text)
    return cut(text, start, size if end < 0 or end > size else end)


def _abbrev_full(text: str, offset: int, width: int) -> str:
    size = _size(text)
    if not text or width < 4:
        return ""
    if size <= width:
        return text
    offset = min(offset, size)
    if size - offset < width - 3:
        offset = size - (width - 3)
    if offset <= 4:
        return cut(text, 0, width - 3) + "..."
    if width < 7:
        return ""
    if offset + width - 3 < size:
        return "..." + _abbrev_full(cut(text, offset, size), 0, width - 3)
    return "..." + cut(text, size - (width - 3), size)


def _abbrev(width: int, text: str) -> str:
    return text if width < 4 else _abbrev_full(text, 0, width)


def _abbrev_both(left: int, right: int, text: str) -> str:
    return text if right < 4 or (left > 0 and right < 7) else _abbrev_full(text, left, right)


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise TemplateError("strings: negative Repeat count")
    check_text(len(text) * count, "repeat")
    return text * count


def _nospace(text: str) -> str:
    data = as_bytes(text)
    kept = bytes(byte for byte in data if byte not in _BYTE_SPACES)
    # each byte becomes a character of its own once anything was removed, as upstream does
    return text if len(kept) == len(data) else kept.decode("latin-1")


def _initials(text: str) -> str:
    out, gap = [], True
    for byte in as_bytes(text):
        if byte in _BYTE_SPACES:
            gap = True
        elif gap:
            out.append(chr(byte))
            gap = False
    return "".join(out)


def _wrap_bytes(text: str, width: int, newline: str, *, break_words: bool) -> str:
    """Goutils' WrapCustom over one character per byte."""
    newline, width = newline or "\n", max(width, 1)
    size, offset = len(text), 0
    check_text(size + len(newline) * (size // width + text.count(" ")), "wrap")
    out: list[str] = []
    while size - offset > width:
        if text[offset] == " ":
            offset += 1
            continue
        space = text.rfind(" ", offset, offset + width + 1)
        if space >= offset:
            out += (text[offset:space], newline)
            offset = space + 1
        elif break_words:
            out += (text[offset : offset + width], newline)
            offset += width
        else:
            space = text.find(" ", offset + width)
            if space < 0:
                out.append(text[offset:])
                offset = size
            else:
                out += (text[offset:space], newline)
                offset = space + 1
    out.append(text[offset:])
    return "".join(out)


def _wrap(width: int, text: str, newline: str = "", *, break_words: bool = False) -> str:
    if text.isascii() and newline.isascii():
        return _wrap_bytes(text, width, newline, break_words=break_words)
    latin, mark = (as_bytes(part).decode("latin-1") for part in (text, newline))
    return as_text(_wrap_bytes(latin, width, mark, break_words=break_words).encode("latin-1"))


def string_list(value: Json) -> Strings:
    """Sprig's strslice: the texts of the elements, nils left out; a scalar alone becomes a list of one."""
    if isinstance(value, Strings):
        return value
    if isinstance(value, list):
        return Strings(to_text(item) for item in value if item is not None)
    return Strings() if value is None else Strings([to_text(value)])


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise TemplateError("strings: negative Repeat count")
    check_text(len(text) + spaces * (text.count("\n") + 1), "indent")
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


def _split(separator: str, text: str, count: int = -1) -> Strings:
    """strings.SplitN; an empty separator splits into characters."""
    if count == 0:
        return Strings()
    if separator:
        return Strings(text.split(separator, count - 1 if count > 0 else -1))
    if count < 0 or count >= len(text):
        return Strings(text)
    return Strings([*text[: count - 1], text[count - 1 :]])


def _as_map(parts: Strings) -> StringMap:
    return StringMap((f"_{index}", part) for index, part in enumerate(parts))


def _cat(*values: Json) -> str:
    kept = [value for value in values if value is not None]
    return sprintf(" ".join(["%v"] * len(kept)), kept)


def _atoi(text: str) -> int:
    number = parse_int(text, 10)
    return 0 if number is None else number


def _join(separator: str, value: Json) -> str:
    texts = string_list(value)
    check_text(len(separator) * len(texts) + sum(map(len, texts)), "join")
    return separator.join(texts)


def replaced(old: str, new: str, text: str) -> str:
    """`replace`: every occurrence; an empty one stands between all characters. TooLargeError for too long a text."""
    if len(new) > len(old):
        check_text(len(text) + text.count(old) * (len(new) - len(old)), "replace")
    return text.replace(old, new)


def _trim_all(cutset: str, text: str) -> str:
    return text.strip(cutset) if cutset else text


ENTRIES: Final[Mapping[str, Entry]] = {
    **CASES,
    "hello": ("", lambda: "Hello!"),
    "abbrev": ("is", _abbrev),
    "abbrevboth": ("iis", _abbrev_both),
    "trunc": ("is", _trunc),
    "trim": ("s", lambda text: text.strip(SPACES)),
    "substr": ("iis", _substr),
    "repeat": ("is", _repeat),
    "trimall": ("ss", _trim_all),
    "trimAll": ("ss", _trim_all),
    "trimSuffix": ("ss", lambda suffix, text: text.removesuffix(suffix)),
    "trimPrefix": ("ss", lambda prefix, text: text.removeprefix(prefix)),
    "nospace": ("s", _nospace),
    "initials": ("s", _initials),
    "wrap": ("is", _wrap),
    "wrapWith": ("iss", lambda width, newline, text: _wrap(width, text, newline, break_words=True)),
    "contains": ("ss", lambda part, text: part in text),
    "hasPrefix": ("ss", lambda prefix, text: text.startswith(prefix)),
    "hasSuffix": ("ss", lambda suffix, text: text.endswith(suffix)),
    "quote": ("a*", lambda *values: " ".join(quote(to_text(value)) for value in values if value is not None)),
    "squote": ("a*", lambda *values: " ".join(f"'{to_text(value)}'" for value in values if value is not None)),
    "cat": ("a*", _cat),
    "indent": ("is", _indent),
    "nindent": ("is", lambda spaces, text: "\n" + _indent(spaces, text)),
    "replace": ("sss", replaced),
    "plural": ("ssi", lambda one, many, count: one if count == 1 else many),
    "toString": ("a", to_text),
    "atoi": ("s", _atoi),
    "split": ("ss", lambda separator, text: _as_map(_split(separator, text))),
    "splitList": ("ss", _split),
    "splitn": ("sis", lambda separator, count, text: _as_map(_split(separator, text, count))),
    "toStrings": ("a", string_list),
    "join": ("sa", _join),
}
