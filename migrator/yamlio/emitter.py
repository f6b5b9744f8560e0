"""ruamel.yaml, told how this package writes: in the styles of `scalar_style`, lists as far to the right as is asked."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import RoundTripEmitter
from ruamel.yaml.representer import RoundTripRepresenter, SafeRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from migrator.model import Json, KeyPath
from migrator.yamlio.scalar_style import style_of

NO_COMMENTS: Mapping[KeyPath, str] = {}
_INDENT = 2
_MAX_KEY = 512
"""Characters with escapes; a reader gives up on a `key:` of more than 1,024, quotes doubled and all."""


def written(
    value: Json,
    *,
    comments: Mapping[KeyPath, str] = NO_COMMENTS,
    list_indent: int = _INDENT,
    in_flow: bool = False,
) -> str:
    """The YAML text of a value, ending with a newline; the comment on the root stands at the top."""
    if not isinstance(value, Mapping | list | tuple):
        # as a document of its own it would end with `...`
        return _head(comments) + written([value], list_indent=list_indent)[2:]
    yaml = YAML()
    yaml.Representer, yaml.Emitter = _Representer, _Emitter
    yaml.width = sys.maxsize
    yaml.default_flow_style = in_flow
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.emitter.list_indent = list_indent
    stream = StringIO()
    yaml.dump(_commented(value, comments, ()) if comments else value, stream)
    return _head(comments) + stream.getvalue()


def _head(comments: Mapping[KeyPath, str]) -> str:
    return "".join(f"# {line}\n" for line in _lines(comments.get((), "")))


def _commented(value: Json, comments: Mapping[KeyPath, str], here: KeyPath) -> Any:
    """The same value in ruamel's collections, which hold what stands above their children."""
    if not isinstance(value, Mapping | list | tuple) or isinstance(value, CommentedMap | CommentedSeq):
        return value
    made: Any = CommentedMap() if isinstance(value, Mapping) else CommentedSeq([None] * len(value))
    for number, (key, child) in enumerate(value.items() if isinstance(value, Mapping) else enumerate(value)):
        path = (*here, key)
        made[key] = _commented(child, comments, path)
        is_behind_dash = number == 0 and bool(here) and isinstance(here[-1], int)
        above = "" if is_behind_dash else "\n".join(_above(child, comments, path))
        if above:
            made.yaml_set_comment_before_after_key(key, before=above, indent=_INDENT * len(here))
    return made


def _above(value: Json, comments: Mapping[KeyPath, str], path: KeyPath) -> Iterator[str]:
    """The lines about a key or item; what is about the first node behind a dash stands above the dash."""
    yield from _lines(comments.get(path, ""))
    if isinstance(path[-1], int) and value and isinstance(value, Mapping | list | tuple):
        first = next(iter(value)) if isinstance(value, Mapping) else 0
        yield from _above(value[first], comments, (*path, first))


def _lines(comment: str) -> list[str]:
    return [line.removeprefix("#").strip() for line in comment.splitlines()]


def bracketed(value: Json) -> Json:
    """The same list or mapping, between brackets."""
    made = CommentedMap(value) if isinstance(value, Mapping) else CommentedSeq(value)
    made.fa.set_flow_style()
    return made


def quoted(text: str, quote: str) -> str:
    """The same text, in such quotes."""
    made: type[str] = SingleQuotedScalarString if quote == "'" else DoubleQuotedScalarString
    return made(text)


class _Representer(RoundTripRepresenter):
    """JSON and nothing else; what occurs twice is written twice."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_key(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise TypeError(f"the key {data!r} is not text")
        return super().represent_key(data)

    def represent_str(self, data: str) -> Any:
        data.encode()  # ValueError for a lone surrogate
        return super().represent_str(data)

    def represent_float(self, data: float) -> Any:
        if not math.isfinite(data):
            raise ValueError(f"{data} cannot be written as JSON")
        text = repr(data)  # `1e-05` is text to YAML 1.1
        return self.represent_scalar("tag:yaml.org,2002:float", text if "." in text else text.replace("e", ".0e"))

    def represent_undefined(self, data: Any) -> None:
        raise TypeError(f"{type(data).__name__} is not JSON")


_Representer.add_representer(str, _Representer.represent_str)
_Representer.add_representer(float, _Representer.represent_float)
_Representer.add_representer(tuple, _Representer.represent_list)
_Representer.add_representer(type(None), SafeRepresenter.represent_none)  # `null` where the round trip leaves nothing
_Representer.add_representer(None, _Representer.represent_undefined)


class _Emitter(RoundTripEmitter):
    """The choices that ruamel's own emitter would make otherwise."""

    list_indent = _INDENT

    def expect_block_sequence(self) -> None:
        """Directly behind the dash of another list, `list_indent` right of a key."""
        super().expect_block_sequence()
        if self.mapping_context and self.indent is not None:
            self.indent += self.list_indent

    def check_simple_key(self) -> bool:
        return len(json.dumps(self.event.value)) < _MAX_KEY

    def choose_scalar_style(self) -> str:
        is_safe, is_text, _ = self.event.implicit
        if not is_text:
            return ""
        quote = self.event.style or ("" if is_safe else '"')
        return style_of(self.event.value, is_key=self.simple_key_context, in_flow=self.flow_level > 0, quote=quote)

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Escapes what cannot be seen, and then all that is not ASCII."""
        self.allow_unicode = all(char.isprintable() or char.isascii() for char in text)
        super().write_double_quoted(text, split)
