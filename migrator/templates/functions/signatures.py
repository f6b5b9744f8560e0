"""How a template function is declared, and how its arguments are checked as text/template checks them.

A signature is a string with one letter per parameter: `s` string, `i` int, `f` float64, `b` bool, `u` uint32, `m`
map[string]interface {}, `l` []interface {}, `t` time.Time, `c` sprig.certificate, `a` anything; a final `*` makes the
last one variadic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from migrator.model import Json
from migrator.templates.bounds import TooLargeError
from migrator.templates.errors import TemplateError
from migrator.templates.golang.types import Certificate, NilList, NilMap, Time, Values, type_of

Implementation = Callable[..., Json]
Entry = tuple[str, Implementation]
"""A signature and what computes the function."""


class FailError(TemplateError):
    """`fail` or `required` spoke: Helm shows the message alone, without the place of the call."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What text/template lets through to one parameter."""

    go_type: str
    accepts: frozenset[type] | None
    """None accepts everything."""
    nil: Json = None
    """What an untyped nil becomes; None where the parameter refuses nil."""


PARAMETERS: Final[Mapping[str, Parameter]] = {
    "a": Parameter("interface {}", None),
    "s": Parameter("string", frozenset({str})),
    "i": Parameter("int", frozenset({int})),
    "u": Parameter("uint32", frozenset({int})),
    "f": Parameter("float64", frozenset({float, int})),
    "b": Parameter("bool", frozenset({bool})),
    "m": Parameter("map[string]interface {}", frozenset[type]((dict, NilMap, Values)), NilMap()),
    "l": Parameter("[]interface {}", frozenset({list, NilList}), NilList()),
    "t": Parameter("time.Time", frozenset({Time})),
    "c": Parameter("sprig.certificate", frozenset({Certificate})),
}


def check(parameter: Parameter, value: Json) -> None:
    """Raise what Go says when the parameter refuses the value."""
    accepts = parameter.accepts
    if accepts is None or type(value) in accepts:
        return
    got = "interface {}" if value is None else type_of(value)
    raise TemplateError(f"wrong type for value; expected {parameter.go_type}; got {got}")


def nil_argument(signature: str, index: int) -> Json:
    """What an untyped nil (piped, parenthesised, or from a variable) becomes at the parameter. TemplateError where
    Go refuses it.
    """
    letters = signature.rstrip("*")
    parameter = PARAMETERS[letters[min(index, len(letters) - 1)]]
    if parameter.accepts is None or parameter.nil is not None:
        return parameter.nil
    raise TemplateError(f"invalid value; expected {parameter.go_type}")


def checker(name: str, signature: str) -> Callable[[Sequence[Any]], None]:
    """What raises, in Go's words, where the function is given other arguments than it is declared with."""
    variadic = signature.endswith("*")
    letters = signature.rstrip("*")
    parameters = tuple(PARAMETERS[letter] for letter in letters)
    fixed = len(letters) - variadic
    accepts = tuple(parameter.accepts for parameter in parameters[:fixed])
    rest = parameters[-1] if variadic and parameters[-1].accepts is not None else None

    def checked(args: Sequence[Any]) -> None:
        count = len(args)
        if count != fixed and not (variadic and count > fixed):
            wanted = f"at least {fixed}" if variadic else str(fixed)
            raise TemplateError(f"wrong number of args for {name}: want {wanted} got {count}")
        for index, accepted in enumerate(accepts):
            if accepted is not None and type(args[index]) not in accepted:
                check(parameters[index], args[index])
        if rest is not None:
            for arg in args[fixed:]:
                check(rest, arg)

    return checked


def bind(name: str, signature: str, implementation: Implementation) -> Implementation:
    """The function as a template calls it: arguments counted and checked, faults named `error calling NAME: ...`."""
    checked = checker(name, signature)

    def call(*args: Any) -> Json:
        checked(args)
        try:
            return implementation(*args)
        except (FailError, TooLargeError):
            raise
        except TemplateError as error:
            raise TemplateError(f"error calling {name}: {error.message}") from None
        except RecursionError:
            raise TemplateError(f"error calling {name}: value nested too deep") from None

    call.__name__ = call.__qualname__ = name
    return call
