"""How goyaml writes a string: plain, quoted, as a block; where it folds; and in which order it puts keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cmp_to_key, lru_cache, partial

from migrator.templates.golang.strconv import parse_big, parse_float, parse_int

# goyaml prints nothing beyond the basic plane, no tab and no byte-order mark as they are
_SPECIAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]|[\U00010000-\U0010ffff]")
# what is rare, not its complement: Python takes a hundredth of a second to compile a wide range of characters
_BREAKS = "\n\r\x85\u2028\u2029"
_PLAIN = re.compile(
    r"(?!(?:true|True|TRUE|yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF|null|Null|NULL|y|Y|n|N|false|False|FALSE)\Z)"
    r"[A-Za-z_/$(][A-Za-z0-9_./$()=+,;@*^~<>%!-]*"
)
_WORDS = frozenset(
    [
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "true",
        "True",
        "TRUE",
        "on",
        "On",
        "ON",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "false",
        "False",
        "FALSE",
        "off",
        "Off",
        "OFF",
        "~",
        "null",
        "Null",
        "NULL",
        ".nan",
        ".NaN",
        ".NAN",
        ".inf",
        ".Inf",
        ".INF",
        "+.inf",
        "+.Inf",
        "+.INF",
        "-.inf",
        "-.Inf",
        "-.INF",
    ]
) | {""}
_YAML_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_BINARY = re.compile(r"-?0b[-+]?[01]+")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|([-+]\d\d):(\d\d))"
    r"| +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?",
    re.ASCII,
)
_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")
_COLON = re.compile(r":(?:[ \t]|\Z)")
_COMMENT = re.compile(r"[ \t\n\r\x85\u2028\u2029]#")
_BREAK_SPACE = re.compile(f"[{_BREAKS}] ")
_SPACE_BREAK = re.compile(f" [{_BREAKS}]")
_NAMED = {
    0: "0", 7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 27: "e", 34: '"', 92: "\\",
    0x85: "N", 0x2028: "L", 0x2029: "P",
}  # fmt: skip
_ESCAPED = re.compile(
    r"[\x00-\x1f\x22\x5c\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|[\U00010000-\U0010ffff]"
)
_SIMPLE_KEYS = re.compile(r"[A-Za-z./-]*")
_WIDTH = 80
_NO_COLUMN = -(1 << 40)
"""So far left that no text reaches the width."""


def is_timestamp(text: str) -> bool:
    """Whether goyaml reads the plain text as a time."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day, *clock = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= _days(int(year), int(month))):
        return False
    hours, minutes, seconds = (first or second for first, second in zip(clock[:3], clock[5:], strict=True))
    if hours is not None and (int(hours) > 23 or int(minutes) > 59 or int(seconds) > 59):
        return False
    return clock[3] is None or (int(clock[3][1:]) <= 24 and int(clock[4]) < 60)


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _is_number(text: str) -> bool:
    plain = text.replace("_", "")
    if parse_int(plain) is not None:
        return True
    number = parse_big(plain)
    if number is not None and 0 <= number < 1 << 64 and plain[0] not in "+-":
        return True
    return bool(_YAML_FLOAT.fullmatch(plain) and parse_float(plain) is not None) or bool(_BINARY.fullmatch(plain))


def resolves(text: str) -> bool:
    """Whether the plain text would be read back as something other than a string."""
    if text in _WORDS:
        return True
    first = text[0]
    if first in "0123456789+-":
        return is_timestamp(text) or _is_number(text)
    return first == "." and parse_float(text) is not None


@lru_cache(maxsize=8192)
def scalar_style(text: str) -> str:
    """How a string without newline is written: `plain`, `single` or `double`."""
    if _PLAIN.fullmatch(text):
        return "plain"
    if resolves(text) or _BASE60.fullmatch(text) or _SPECIAL.search(text):
        return "double"
    first = text[0]
    blank_after = len(text) == 1 or text[1] in " \t"
    if (
        first in _INDICATORS
        or first == " "
        or text[-1] == " "
        or (first in "?:-" and blank_after)
        or text[:3] in {"---", "..."}
        or _COLON.search(text)
        or _COMMENT.search(text)
        or any(char in text for char in _BREAKS)
    ):
        return "double" if _BREAK_SPACE.search(text) or _SPACE_BREAK.search(text) else "single"
    return "plain"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    named = _NAMED.get(code)
    if named:
        return "\\" + named
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _double_quoted(text: str, indent: int, column: int) -> str:
    whole = '"' + _ESCAPED.sub(_escape, text) + '"'
    if column + len(whole) <= _WIDTH:
        return whole
    out, line, column, after_space = ['"'], column + 1, column + 1, False
    for index, char in enumerate(text):
        if char == " " and not after_space and line > _WIDTH and 0 < index < len(text) - 1:
            out.append("\n" + " " * indent)
            line = indent
            if text[index + 1] == " ":
                out.append("\\")
                line += 1
        else:
            piece = _ESCAPED.sub(_escape, char)
            out.append(piece)
            line += len(piece)
        after_space = char == " "
    return "".join([*out, '"'])


def _folded(text: str, indent: int, column: int) -> str:
    """Plain or single-quoted text, broken at the first lone space beyond the width."""
    out, start, line_start = [], 0, -column
    position = text.find(" ", max(0, _WIDTH + 1 - column))
    while position >= 0:
        if (
            position - line_start > _WIDTH
            and 0 < position < len(text) - 1
            and text[position + 1] != " "
            and text[position - 1] != " "
        ):
            out.append(text[start:position])
            start = position + 1
            line_start = start - indent
        position = text.find(" ", position + 1)
    return ("\n" + " " * indent).join([*out, text[start:]])


def _literal(text: str, indent: int) -> str:
    """A block scalar without its last line break."""
    hint = "2" if text[0] in " " + _BREAKS else ""
    if text[-1] not in _BREAKS:
        hint += "-"
        body = text
    else:
        if len(text) == 1 or text[-2] in _BREAKS:
            hint += "+"
        body = text[:-1]
    margin = " " * indent
    lines = [margin + line if line else "" for line in body.split("\n")]
    return "|" + hint + "\n" + "\n".join(lines)


def _takes_block(text: str, *, tabs: bool) -> bool:
    if text[-1] == " " or _SPACE_BREAK.search(text):
        return False
    return not _SPECIAL.search(text.replace("\t", "") if tabs else text)


def text_scalar(text: str, indent: int, column: int, *, wide: bool = False) -> str:
    """A string as a value: nested lines are indented by `indent`, the first begins in `column`. `wide` is goyaml.v3:
    it never folds.
    """
    if "\n" in text:
        if _takes_block(text, tabs=wide):
            return _literal(text, indent)
        return _double_quoted(text, indent, _NO_COLUMN if wide else column)
    style = scalar_style(text)
    fits = wide or column + len(text) <= _WIDTH
    if style == "plain":
        return text if fits else _folded(text, indent, column)
    if style == "single":
        inner = text.replace("'", "''")
        fits = wide or column + len(inner) + 2 <= _WIDTH
        return f"'{inner if fits else _folded(inner, indent, column + 1)}'"
    return _double_quoted(text, indent, _NO_COLUMN if wide else column)


@lru_cache(maxsize=8192)
def simple_key(text: str) -> str | None:
    """A string as a key before its colon; None where it stands behind a question mark: several lines, or more than
    128 bytes.
    """
    if any(char in text for char in _BREAKS) or len(text.encode("utf-8", "replace")) > 128:
        return None
    style = scalar_style(text)
    if style == "plain":
        return text
    return "'" + text.replace("'", "''") + "'" if style == "single" else _double_quoted(text, 0, _NO_COLUMN)


def sort_keys(keys: Iterable[str], *, after_digits: bool = False) -> list[str]:
    """The keys in goyaml's order: numbers inside them count as numbers (`a2` before `a10`), letters come after the
    rest.

    `after_digits` is goyaml.v3, where a letter right after a digit comes first. In v2 that order has cycles (`a10`,
    `a1b`, `a2`), which Go itself sorts now so, now so.
    """
    names = sorted(keys)
    if _SIMPLE_KEYS.fullmatch("".join(names)):
        return names
    return list(_in_order(tuple(names), after_digits))


@lru_cache(maxsize=1024)
def _in_order(names: tuple[str, ...], after_digits: bool) -> tuple[str, ...]:
    return tuple(sorted(names, key=cmp_to_key(partial(_compare, after_digits=after_digits))))


def _is_digit(char: str) -> bool:
    return "0" <= char <= "9" or (char > "\x7f" and unicodedata.category(char) == "Nd")


def _compare(left: str, right: str, *, after_digits: bool) -> int:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            digits = after_digits and index > 0 and _is_digit(left[index - 1])
            return -1 if _goes_first(left, right, index, digits=digits) else 1
    return len(left) - len(right)


def _goes_first(left: str, right: str, index: int, *, digits: bool) -> bool:
    one, other = left[index], right[index]
    letter, letter2 = one.isalpha(), other.isalpha()
    if letter and letter2:
        return one < other
    if letter or letter2:
        return letter if digits else letter2
    number = number2 = 0
    if one == "0" or other == "0":
        before = index - 1
        while before >= 0 and _is_digit(left[before]):
            if left[before] != "0":
                number = number2 = 1
                break
            before -= 1
    end, number = _run(left, index, number)
    end2, number2 = _run(right, index, number2)
    if number != number2:
        return number < number2
    return end < end2 if end != end2 else one < other


def _run(text: str, start: int, number: int) -> tuple[int, int]:
    end = start
    while end < len(text) and _is_digit(text[end]):
        number = number * 10 + ord(text[end]) - 48
        end += 1
    return end, number
