r"""Go's pattern syntax (RE2) read and written anew for Python's engine.

Python reads another dialect: `$` there matches before a last newline, `a++` is possessive, `\d` is a digit of any
script, `(?i)` must stand first. So the pattern is parsed as Go parses it and written from character ranges and scoped
flags.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from migrator.templates.errors import TemplateError

Ranges = list[tuple[int, int]]
_MAX: Final = 0x10FFFF
# no other code point has a meaning so far, but those for private use in the last two planes
_ASSIGNED: Final = (range(0x32400), range(0xE0000, 0xE0200))
_PRIVATE: Final = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
_PERL: Final = {"d": [(48, 57)], "s": [(9, 10), (12, 13), (32, 32)], "w": [(48, 57), (65, 90), (95, 95), (97, 122)]}
_POSIX: Final = {
    "alnum": [(48, 57), (65, 90), (97, 122)],
    "alpha": [(65, 90), (97, 122)],
    "ascii": [(0, 127)],
    "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 31), (127, 127)],
    "digit": [(48, 57)],
    "graph": [(33, 126)],
    "lower": [(97, 122)],
    "print": [(32, 126)],
    "punct": [(33, 47), (58, 64), (91, 96), (123, 126)],
    "space": [(9, 13), (32, 32)],
    "upper": [(65, 90)],
    "word": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "xdigit": [(48, 57), (65, 70), (97, 102)],
}
_CONTROL: Final = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}", re.ASCII)
_OPERATOR = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??", re.ASCII)
_GROUP_NAME = re.compile(r"\(\?P?<([^>]*)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-([imsU]+))?([:)])")
_BAD_FLAGS = re.compile(r"\(\?[imsU-]*.?", re.DOTALL)
_UNICODE_CLASS = re.compile(r"\\[pP](?:\{(\^?)([^}]*)\}|(.))", re.DOTALL)
_ONE_CHARACTER = re.compile(
    r"\\(?:([1-7][0-7]{1,2}|0[0-7]{0,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\}|([afnrtv])|([^0-9A-Za-z\x80-\U0010ffff]))",
    re.DOTALL,
)
_POSIX_CLASS = re.compile(r"\[:(\^?)([^\]:]*):\]")


def _invert(ranges: Ranges) -> Ranges:
    out, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            out.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _MAX:
        out.append((start, _MAX))
    return out


@lru_cache(maxsize=64)
def _unicode_class(name: str) -> tuple[tuple[int, int], ...]:
    """The ranges of a general category (`L`, `Lu`) or, by character names, of a script (`Greek`); empty when
    unknown.
    """
    if name == "Any":
        return ((0, _MAX),)
    script = {"Han": ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH")}.get(name, (name.upper().replace("_", " ") + " ",))
    by_category = len(name) <= 2

    def belongs(code: int) -> bool:
        char = chr(code)
        if by_category:
            return unicodedata.category(char).startswith(name)
        return unicodedata.name(char, "").startswith(script)

    out: Ranges = []
    for code in chain(*_ASSIGNED):
        if belongs(code):
            if out and out[-1][1] == code - 1:
                out[-1] = (out[-1][0], code)
            else:
                out.append((code, code))
    return (*out, *(_PRIVATE if name in {"C", "Co"} else ()))


def _char(code: int) -> str:
    return re.escape(chr(code)) if code < 0x80 and not chr(code).isalnum() else chr(code)


def _in_class(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() else f"\\U{code:08x}"


def _class_text(ranges: Ranges, *, negated: bool) -> str:
    if not ranges:
        return "[\\s\\S]" if negated else "(?!)"
    inner = "".join(
        _in_class(low) if low == high else f"{_in_class(low)}-{_in_class(high)}" for low, high in sorted(ranges)
    )
    return f"[{'^' if negated else ''}{inner}]"


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    many_lines: bool = False
    dot_all: bool = False
    ungreedy: bool = False

    def changed(self, on: str, off: str) -> _Flags:
        def flag(letter: str, *, now: bool) -> bool:
            return letter in on or (now and letter not in off)

        return _Flags(
            flag("i", now=self.ignore_case),
            flag("m", now=self.many_lines),
            flag("s", now=self.dot_all),
            flag("U", now=self.ungreedy),
        )


class PatternParser:
    """One pass over a Go pattern that writes the Python one."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.names: list[str] = []

    def fail(self, what: str, part: str) -> TemplateError:
        return TemplateError(f"error parsing regexp: {what}: `{part}`")

    def parse(self) -> str:
        text = self.alternatives(_Flags(), depth=0)
        if self.at < len(self.pattern):
            raise self.fail("unexpected )", self.pattern)
        return text

    def alternatives(self, flags: _Flags, depth: int) -> str:
        """Everything up to the closing parenthesis or the end."""
        out: list[str] = []
        last: str | None = None
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == ")":
                break
            if char == "|":
                self.at += 1
                out, last = [*out, last or "", "|"], None
                continue
            if char in "*+?" or (char == "{" and _REPEAT.match(self.pattern, self.at)):
                if last is None:
                    raise self.missing_argument()
                last = self.repeat(last, flags)
                continue
            out.append(last or "")
            last, flags = self.atom(flags, depth)
        return "".join([*out, last or ""])

    def operator(self) -> str:
        """The repetition operator at hand."""
        match = _OPERATOR.match(self.pattern, self.at)
        return match[0] if match else ""

    def missing_argument(self) -> TemplateError:
        return self.fail("missing argument to repetition operator", self.operator())

    def repeat(self, atom: str, flags: _Flags) -> str:
        operator = self.operator()
        self.at += len(operator)
        following = _OPERATOR.match(self.pattern, self.at)
        if following:
            raise self.fail("invalid nested repetition operator", operator + following[0])
        lazy = operator.endswith("?") and len(operator) > 1
        core = operator[:-1] if lazy else operator
        bounds = _REPEAT.fullmatch(core)
        if bounds:
            least = int(bounds[1])
            most = least if bounds[2] is None else int(bounds[3]) if bounds[3] else -1
            if least > 1000 or most > 1000 or (most >= 0 and least > most):
                raise self.fail("invalid repeat count", core)
        lazy ^= flags.ungreedy
        return f"(?:{atom}){core}{'?' if lazy else ''}"

    def atom(self, flags: _Flags, depth: int) -> tuple[str | None, _Flags]:
        char = self.pattern[self.at]
        if char == "(":
            return self.group(flags, depth)
        if char == "[":
            return self.character_class(flags), flags
        if char == "\\":
            return self.escape(flags), flags
        self.at += 1
        if char == ".":
            return ("[\\s\\S]" if flags.dot_all else "[^\\n]"), flags
        if char == "^":
            return ("(?m:^)" if flags.many_lines else "\\A"), flags
        if char == "$":
            return ("(?m:$)" if flags.many_lines else "\\Z"), flags
        return self.literal(ord(char), flags), flags

    def literal(self, code: int, flags: _Flags) -> str:
        char = chr(code)
        if flags.ignore_case and char.lower() != char.upper():
            return f"(?i:{char})"
        return _char(code)

    def group(self, flags: _Flags, depth: int) -> tuple[str | None, _Flags]:
        start = self.at
        if depth > 1000:
            raise self.fail("expression nests too deeply", self.pattern)
        opening = "("
        inner = flags
        if self.pattern.startswith("(?", start):
            name = _GROUP_NAME.match(self.pattern, start)
            match = _FLAGS.match(self.pattern, start)
            if name:
                self.named(name)
            elif match and (match[1] or match[3] or match[4] == ":"):
                self.at = match.end()
                inner = flags.changed(match[1], match[3] or "")
                if match[4] == ")":
                    return None, inner
                opening = "(?:"
            else:
                raise self.bad_group(start)
        else:
            self.names.append("")
            self.at += 1
        body = self.alternatives(inner, depth + 1)
        if not self.pattern.startswith(")", self.at):
            raise self.fail("missing closing )", self.pattern)
        self.at += 1
        return f"{opening}{body})", flags

    def named(self, match: re.Match[str]) -> None:
        name = match[1]
        if not re.fullmatch(r"\w+", name, re.ASCII):
            raise self.fail("invalid named capture", match[0])
        self.names.append(name)
        self.at = match.end()

    def bad_group(self, start: int) -> TemplateError:
        if self.pattern.startswith(("(?P<", "(?<"), start) and not self.pattern.startswith(("(?<=", "(?<!"), start):
            return self.fail("invalid named capture", self.pattern[start:])
        match = _BAD_FLAGS.match(self.pattern, start)
        return self.fail("invalid or unsupported Perl syntax", match[0] if match else "(?")

    def escape(self, flags: _Flags) -> str | None:
        if self.at + 1 >= len(self.pattern):
            raise TemplateError("error parsing regexp: trailing backslash at end of expression: ``")
        letter = self.pattern[self.at + 1]
        simple = {"A": "\\A", "b": "(?a:\\b)", "B": "(?a:\\B)", "z": "\\Z"}.get(letter)
        if simple:
            self.at += 2
            return simple
        if letter == "Q":
            text, _, _ = self.pattern[self.at + 2 :].partition("\\E")
            self.at = min(len(self.pattern), self.at + 2 + len(text) + 2)
            pieces = [self.literal(ord(char), flags) for char in text]
            # a repetition after \\E belongs to the last character alone
            if len(pieces) > 1 and _OPERATOR.match(self.pattern, self.at):
                return "".join(pieces[:-1]) + self.repeat(pieces[-1], flags)
            return "".join(pieces)
        ranges = self.class_escape()
        if ranges is not None:
            text = _class_text(ranges, negated=False)
            return f"(?i:{text})" if flags.ignore_case else text
        return self.literal(self.code(), flags)

    def class_escape(self) -> Ranges | None:
        r"""The ranges of \d, \W, \pL, \P{Greek}, ...; None where the escape stands for one character."""
        letter = self.pattern[self.at + 1 : self.at + 2]
        if letter.lower() in _PERL and letter:
            self.at += 2
            ranges = _PERL[letter.lower()]
            return _invert(ranges) if letter.isupper() else list(ranges)
        if letter not in {"p", "P"}:
            return None
        match = _UNICODE_CLASS.match(self.pattern, self.at)
        if match is None:
            raise self.fail("invalid character class range", self.pattern[self.at :])
        self.at = match.end()
        ranges = list(_unicode_class(match[2] if match[3] is None else match[3]))
        if not ranges:
            raise self.fail("invalid character class range", match[0])
        return _invert(ranges) if (letter == "P") != bool(match[1]) else ranges

    def code(self) -> int:
        """The one character that the escape at hand stands for."""
        start = self.at
        match = _ONE_CHARACTER.match(self.pattern, start)
        if match is None:
            if start + 1 >= len(self.pattern):
                raise TemplateError("error parsing regexp: trailing backslash at end of expression: ``")
            raise self.fail("invalid escape sequence", self.pattern[start : start + 2])
        self.at = match.end()
        octal, short, long, control, char = match.groups()
        if control:
            return _CONTROL[control]
        if char is not None:
            return ord(char)
        number = int(octal, 8) if octal else int(short or long, 16)
        if number > _MAX:
            raise self.fail("invalid escape sequence", match[0])
        return number

    def character_class(self, flags: _Flags) -> str:
        start = self.at
        self.at += 1
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        ranges: Ranges = []
        first = True
        while first or not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                raise self.fail("missing closing ]", self.pattern[start:])
            first = False
            ranges += self.class_item(start)
        self.at += 1
        text = _class_text(ranges, negated=negated)
        return f"(?i:{text})" if flags.ignore_case else text

    def class_item(self, start: int) -> Ranges:
        if self.pattern.startswith("[:", self.at):
            match = _POSIX_CLASS.match(self.pattern, self.at)
            if match:
                known = _POSIX.get(match[2])
                if known is None:
                    raise self.fail("invalid character class range", match[0])
                self.at = match.end()
                return _invert(known) if match[1] else list(known)
        if self.pattern[self.at] == "\\":
            ranges = self.class_escape()
            if ranges is not None:
                return ranges
        begin = self.at
        low = high = self.class_char(start)
        if self.pattern.startswith("-", self.at) and self.pattern[self.at + 1 : self.at + 2] not in {"]", ""}:
            self.at += 1
            high = self.class_char(start)
            if high < low:
                raise self.fail("invalid character class range", self.pattern[begin : self.at])
        return [(low, high)]

    def class_char(self, start: int) -> int:
        if self.at >= len(self.pattern):
            raise self.fail("missing closing ]", self.pattern[start:])
        if self.pattern[self.at] == "\\":
            return self.code()
        self.at += 1
        return ord(self.pattern[self.at - 1])
