"""Go's regular expressions (RE2) on Python's engine: the patterns rewritten, the walk over matches as Go walks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from migrator.templates.bounds import check_text
from migrator.templates.errors import TemplateError
from migrator.templates.golang.regex_syntax import PatternParser


@dataclass(frozen=True, slots=True)
class Regex:
    """A compiled Go pattern."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    source: str

    def matches(self, text: str, limit: int = -1) -> Iterator[re.Match[str]]:
        """The successive matches as Go's FindAll finds them: no empty match right after another match."""
        position, previous, found = 0, -1, 0
        while position <= len(text) and found != limit:
            match = self.pattern.search(text, position)
            if match is None:
                return
            start, end = match.span()
            accepted = not (end == position and start == previous)
            position = position + 1 if end == position else end
            previous = end
            if accepted:
                found += 1
                yield match

    def replace(self, text: str, template: str, *, literal: bool) -> str:
        """ReplaceAllString, with `$1` and `${name}` unless literal."""
        out: list[str] = []
        done = position = size = 0
        while position <= len(text):
            match = self.pattern.search(text, position)
            if match is None:
                break
            start, end = match.span()
            out.append(text[done:start])
            if end > done or start == 0:
                out.append(template if literal else self._expand(template, match))
                size += len(out[-1])
                check_text(size, "regexReplaceAll")
            done = end
            position = max(end, position + 1)
        return "".join([*out, text[done:]])

    def _expand(self, template: str, match: re.Match[str]) -> str:
        def one(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if name is None:
                return "$"
            if name.isdecimal():
                number = int(name)
                return match[number] or "" if number <= len(self.names) else ""
            return next((match[index] or "" for index, known in enumerate(self.names, 1) if known == name), "")

        return _EXPANSION.sub(one, template)

    def split(self, text: str, limit: int) -> list[str] | None:
        """Split: the pieces between matches; None for a limit of 0."""
        if limit == 0:
            return None
        if self.source and not text:
            return [""]
        pieces: list[str] = []
        begin = end = 0
        for match in self.matches(text, limit):
            if limit > 0 and len(pieces) == limit - 1:
                break
            end = match.start()
            if match.end():
                pieces.append(text[begin:end])
            begin = match.end()
        if end != len(text):
            pieces.append(text[begin:])
        return pieces


_EXPANSION = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})?")


@lru_cache(maxsize=512)
def compile_regex(source: str) -> Regex:
    """The pattern, ready to match. TemplateError with Go's message where Go refuses it."""
    parser = PatternParser(source)
    text = parser.parse()
    try:
        return Regex(re.compile(text), tuple(parser.names), source)
    except (re.error, OverflowError, RecursionError) as error:
        raise TemplateError(f"error parsing regexp: {error}: `{source}`") from None
