"""Upper, lower, camel, snake: letter by letter, as Go's unicode package maps them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from migrator.templates.functions.signatures import Entry

_CONNECTORS = "-_"


def _single(function: Callable[[str], str]) -> Callable[[str], str]:
    def convert(char: str) -> str:
        # Go maps one letter to one letter: the sharp s has no capital there
        mapped = function(char)
        return mapped if len(mapped) == 1 else char

    return convert


_upper = _single(str.upper)
_title = _single(str.title)


def _lower(char: str) -> str:
    # only the dotted capital I becomes two letters in Python
    return char.lower()[0]


def _is_space(char: str) -> bool:
    return char in " \t\n\v\f\r\x85\xa0" or unicodedata.category(char) in {"Zs", "Zl", "Zp"}


def upper(text: str) -> str:
    """strings.ToUpper."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


def lower(text: str) -> str:
    """strings.ToLower."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def _is_separator(char: str) -> bool:
    if char < "\x80":
        return not (char.isalnum() or char == "_")
    return unicodedata.category(char)[0] != "L" and unicodedata.category(char) != "Nd" and _is_space(char)


def _title_words(text: str) -> str:
    out, previous = [], " "
    for char in text:
        out.append(_title(char) if _is_separator(previous) else char)
        previous = char
    return "".join(out)


def _untitle(text: str) -> str:
    out, start = [], True
    for char in text:
        if _is_space(char):
            start = True
        elif start:
            char, start = _lower(char), False  # noqa: PLW2901
        out.append(char)
    return "".join(out)


def _swap_case(text: str) -> str:
    out, after_space = [], True
    for char in text:
        kind = unicodedata.category(char)
        if kind in {"Lu", "Lt"}:
            out.append(_lower(char))
            after_space = False
        elif kind == "Ll":
            out.append(_title(char) if after_space else _upper(char))
            after_space = False
        else:
            out.append(char)
            after_space = _is_space(char)
    return "".join(out)


def _is_connector(char: str) -> bool:
    return char in _CONNECTORS or _is_space(char)


def _camel(text: str) -> str:
    start = next((index for index, char in enumerate(text) if not _is_connector(char)), len(text))
    if start == len(text):
        # upstream repeats the last connector of a text that has nothing else
        return text + text[-1:]
    out, current = [text[:start]], _upper(text[start])
    for char in text[start + 1 :]:
        previous, current = current, char
        if _is_connector(current) and _is_connector(previous):
            out.append(previous)
        elif _is_connector(previous):
            current = _upper(current)
        else:
            current = _lower(current)
            out.append(previous)
    out.append(current)
    return "".join(out)


def _kind(char: str) -> str:
    """connector, punct, upper, alphabet, number or other."""
    if _is_connector(char):
        return "connector"
    category = unicodedata.category(char)
    if category[0] == "P":
        return "punct"
    if category == "Lu":
        return "upper"
    if category[0] == "L":
        return "alphabet"
    return "number" if category[0] == "N" else "other"


def _upper_word(text: str, start: int) -> int:
    """Where a word ends that starts with a capital: `HTTPServer` gives `HTTP`, `Server`."""
    end = start + 1
    if end < len(text) and _kind(text[end]) == "upper":
        while end < len(text) and _kind(text[end]) == "upper":
            end += 1
        return end - 1 if end < len(text) and _kind(text[end]) == "alphabet" else end
    while end < len(text) and _kind(text[end]) == "alphabet":
        end += 1
    return end


def _words(text: str) -> Iterator[tuple[str, str]]:
    start = 0
    while start < len(text):
        kind = _kind(text[start])
        if kind == "upper":
            end = _upper_word(text, start)
        else:
            end = start + 1
            while end < len(text) and _kind(text[end]) == kind:
                end += 1
        yield kind, text[start:end]
        start = end


class _Joiner:
    """xstrings' walk from words to a lower-case, connected name."""

    __slots__ = ("connector", "out", "rest", "words")

    def __init__(self, text: str, connector: str) -> None:
        self.connector = connector
        self.out: list[str] = []
        self.words = list(_words(text))
        self.rest = 0

    def take(self) -> tuple[str, str]:
        if self.rest >= len(self.words):
            return "invalid", ""
        self.rest += 1
        return self.words[self.rest - 1]

    def write(self, kind: str, word: str) -> None:
        if kind == "connector":
            self.out.append(self.connector * len(word))
        elif kind == "upper":
            self.out.append(lower(word))
        else:
            self.out.append(word)

    def connect(self, kind: str, *, unless: tuple[str, ...]) -> None:
        if kind not in unless:
            self.out.append(self.connector)

    def run(self) -> str:
        kind, word = self.take()
        while self.rest < len(self.words):
            if kind != "connector":
                self.write(kind, word)
            previous, last = kind, word
            kind, word = self.take()
            if previous == "number":
                kind, word = self._letters(kind, word)
                self.connect(kind, unless=("invalid", "punct", "connector"))
            elif previous == "connector":
                self.write(previous, last)
            elif previous != "punct":
                kind, word = self._after_letters(kind, word)
        self.write(kind, word)
        return "".join(self.out)

    def _letters(self, kind: str, word: str) -> tuple[str, str]:
        while kind in {"alphabet", "number"}:
            self.write(kind, word)
            kind, word = self.take()
        return kind, word

    def _after_letters(self, kind: str, word: str) -> tuple[str, str]:
        if kind != "number":
            self.connect(kind, unless=("connector", "punct"))
            return kind, word
        if self.rest >= len(self.words):
            return kind, word
        number = word
        kind, word = self.take()
        if kind != "alphabet":
            # the number belongs to the word before it: Bld4Floor gives bld4_floor
            self.write("number", number)
            self.connect(kind, unless=("connector", "punct"))
            return kind, word
        # small letters follow the number: HTTP2xx gives http_2xx
        self.out.append(self.connector)
        self.write("number", number)
        kind, word = self._letters(kind, word)
        self.connect(kind, unless=("invalid", "connector", "punct"))
        return kind, word


ENTRIES: Final[Mapping[str, Entry]] = {
    "upper": ("s", upper),
    "lower": ("s", lower),
    "title": ("s", _title_words),
    "untitle": ("s", _untitle),
    "swapcase": ("s", _swap_case),
    "camelcase": ("s", _camel),
    "snakecase": ("s", lambda text: _Joiner(text, "_").run()),
    "kebabcase": ("s", lambda text: _Joiner(text, "-").run()),
}
