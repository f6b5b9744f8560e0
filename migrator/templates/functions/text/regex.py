"""Regular expressions. The plain names panic on a bad pattern, the `must` ones return the error; `regexMatch` just
says false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.bounds import TooLargeError
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.regexp import compile_regex
from migrator.templates.golang.strconv import quote
from migrator.templates.golang.types import NilStrings, Strings

_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def _match(pattern: str, text: str) -> bool:
    return compile_regex(pattern).find(text) is not None


def _match_quietly(pattern: str, text: str) -> bool:
    try:
        return _match(pattern, text)
    except TemplateError:
        return False


def _find(pattern: str, text: str) -> str:
    return compile_regex(pattern).find(text) or ""


def _find_all(pattern: str, text: str, limit: int) -> Strings:
    return Strings(compile_regex(pattern).find_all(text, limit)) or NilStrings()


def _replace_all(pattern: str, text: str, replacement: str) -> str:
    return compile_regex(pattern).replace(text, replacement, literal=False)


def _replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    return compile_regex(pattern).replace(text, replacement, literal=True)


def _split(pattern: str, text: str, limit: int) -> Strings:
    pieces = compile_regex(pattern).split(text, limit)
    return NilStrings() if pieces is None else Strings(pieces)


def _panicking(function: Callable[..., Json]) -> Callable[..., Json]:
    def call(pattern: str, *arguments: Json) -> Json:
        try:
            return function(pattern, *arguments)
        except TooLargeError:
            raise
        except TemplateError as error:
            shown = quote(pattern) if "`" in pattern or not pattern.isprintable() else f"`{pattern}`"
            raise TemplateError(f"regexp: Compile({shown}): {error.message}") from None

    return call


_FUNCTIONS: Final[Mapping[str, Entry]] = {
    "regexFind": ("ss", _find),
    "regexFindAll": ("ssi", _find_all),
    "regexReplaceAll": ("sss", _replace_all),
    "regexReplaceAllLiteral": ("sss", _replace_all_literal),
    "regexSplit": ("ssi", _split),
}
ENTRIES: Final[Mapping[str, Entry]] = {
    **{name: (signature, _panicking(function)) for name, (signature, function) in _FUNCTIONS.items()},
    **{f"mustR{name[1:]}": entry for name, entry in _FUNCTIONS.items()},
    "regexMatch": ("ss", _match_quietly),
    "mustRegexMatch": ("ss", _match),
    "regexQuoteMeta": ("s", lambda text: _META.sub(r"\\\g<0>", text)),
}
