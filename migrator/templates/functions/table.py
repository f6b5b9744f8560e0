"""Name -> function, for every function that Helm 3.17 offers to templates.

They take and return plain values; `golang/types` has those few whose Go type a template can see. A None stands for a
nil that was found by a field access (`upper .Values.missing`); a nil that comes through a pipe, parentheses or a
variable is refused or filled in differently: ask `nil_argument` with the function's signature first. `include` and
`tpl` belong to the interpreter; `and` and `or` are here without their short cut. Faults are TemplateErrors in Go's
words: `error calling NAME: ...` for what the function says, the bare words for what text/template says, FailError for
`fail` and `required`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from migrator.model import Json
from migrator.templates.functions import (
    builtins,
    data,
    dates,
    defaults,
    dicts,
    encoding,
    lists,
    math,
    network,
    paths,
    semver,
    types,
)
from migrator.templates.functions.security import hashes, random
from migrator.templates.functions.signatures import Entry, bind, checker
from migrator.templates.functions.text import regex, strings

_ENTRIES: Final[Mapping[str, Entry]] = {
    **types.ENTRIES,
    **defaults.ENTRIES,
    **builtins.ENTRIES,
    **strings.ENTRIES,
    **lists.ENTRIES,
    **dicts.ENTRIES,
    **math.ENTRIES,
    **encoding.ENTRIES,
    **hashes.ENTRIES,
    **random.ENTRIES,
    **random.CUSTOM,
    **dates.ENTRIES,
    **regex.ENTRIES,
    **semver.ENTRIES,
    **paths.ENTRIES,
    **network.ENTRIES,
    **data.ENTRIES,
}

FUNCTIONS: Final[Mapping[str, Callable[..., Json]]] = MappingProxyType(
    {name: bind(name, signature, implementation) for name, (signature, implementation) in _ENTRIES.items()}
)
"""Name -> the function as a template calls it."""

SIGNATURES: Final[Mapping[str, str]] = MappingProxyType({name: signature for name, (signature, _) in _ENTRIES.items()})
"""Name -> the types of its parameters, in the letters of `signatures`."""

CHECKED: Final[Mapping[str, Callable[[Sequence[Any]], None]]] = MappingProxyType(
    {name: checker(name, signature) for name, signature in SIGNATURES.items()}
)
"""Name -> what raises where the function is given arguments that it does not take."""

RANDOM: Final[frozenset[str]] = frozenset({*random.ENTRIES, "now", "ago"})
"""Functions that answer differently on every render; what they give here is a repeatable stand-in of the right
shape.
"""
