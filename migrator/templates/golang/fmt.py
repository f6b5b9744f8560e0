"""Go's fmt: print, println, printf and the verbs, over plain values."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from migrator.templates.bounds import check_text
from migrator.templates.golang.strconv import format_float, quote
from migrator.templates.golang.time_format import format_time
from migrator.templates.golang.types import NIL_TYPES, Certificate, Time, Version, as_bytes, type_of

_VERB = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<index1>\[\d+\])?(?P<width>\*|\d+)?"
    r"(?:\.(?P<index2>\[\d+\])?(?P<precision>\*|\d+)?)?(?P<index3>\[\d+\])?(?P<verb>.)?",
    re.DOTALL,
)


def to_text(value: Any) -> str:
    """What %v prints."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "<nil>"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return format_float(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{to_text(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(to_text, value)) + "]"
    return _record(value)


def _record(value: Any) -> str:
    if isinstance(value, Certificate):
        return f"{{{value.cert} {value.key}}}"
    if isinstance(value, Time):
        return format_time(value, "2006-01-02 15:04:05.999999999 -0700 MST")
    return str(value)


def sprint(values: Sequence[Any]) -> str:
    """What fmt.Sprint prints: a space between two operands when neither is a string."""
    pieces = []
    for index, value in enumerate(values):
        if index and type(value) is not str and type(values[index - 1]) is not str:
            pieces.append(" ")
        pieces.append(to_text(value))
    return "".join(pieces)


def sprintln(values: Sequence[Any]) -> str:
    """What fmt.Sprintln prints: spaces between all operands and a newline."""
    return " ".join(map(to_text, values)) + "\n"


class _Spec:
    """One directive: its flags, width and precision."""

    __slots__ = ("minus", "plus", "plus_v", "precision", "sharp", "space", "width", "zero")

    def __init__(self, flags: str, width: int | None, precision: int | None) -> None:
        self.minus = "-" in flags
        self.plus = "+" in flags
        self.plus_v = False
        self.sharp = "#" in flags
        self.space = " " in flags
        self.zero = "0" in flags and not self.minus
        self.width = width
        self.precision = precision

    def pad(self, text: str) -> str:
        """The text filled up to the width, counted in characters."""
        if self.width is None or len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero else " ")

    def pad_number(self, text: str) -> str:
        """The number filled up to the width, zeros after its sign."""
        if self.zero and self.width is not None and text[:1] in {"+", "-", " "}:
            return text[0] + text[1:].rjust(self.width - 1, "0")
        return self.pad(text)


def sprintf(template: str, values: Sequence[Any]) -> str:
    """What fmt.Sprintf prints, its error notes included (`%!d(string=x)`)."""
    if "%" not in template:
        return template + _extra(values, 0) if values else template
    return _Printer(values).run(template)


def _extra(values: Sequence[Any], start: int) -> str:
    left = [f"{type_of(value)}={to_text(value)}" if value is not None else "<nil>" for value in values[start:]]
    return f"%!(EXTRA {', '.join(left)})" if left else ""


def _is_too_wide(number: str | None) -> bool:
    """Whether Go gives up reading a width: it looks before it takes the next digit."""
    digits = (number or "").lstrip("0")
    return len(digits) > 8 or (len(digits) == 8 and int(digits[:-1]) > 1_000_000)


class _Printer:
    """The walk of a format string over its operands."""

    __slots__ = ("bad_index", "next", "reordered", "values")

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values
        self.next = 0
        self.reordered = False
        self.bad_index = False

    def run(self, template: str) -> str:
        out, position, size = [], 0, 0
        while (start := template.find("%", position)) >= 0:
            out.append(template[position:start])
            match = _VERB.match(template, start)
            if match is None:  # the pattern takes a lone percent sign too
                break
            if _is_too_wide(match["width"]) or _is_too_wide(match["precision"]):
                out.append("%!(NOVERB)")  # Go reads no further
                position = len(template)
                break
            out.append(self._directive(match))
            size += len(out[-1])
            check_text(size, "printf")
            position = match.end()
        out.append(template[position:])
        if not self.reordered:
            out.append(_extra(self.values, self.next))
        return "".join(out)

    def _select(self, index: str | None) -> None:
        if index is None:
            return
        self.reordered = True
        number = int(index[1:-1])
        if 1 <= number <= len(self.values):
            self.next = number - 1
        else:
            self.bad_index = True

    def _star(self, text: str | None, flaw: str) -> tuple[int | None, str]:
        if text is None or text != "*":
            return (int(text) if text else None), ""
        if self.next < len(self.values):
            value = self.values[self.next]
            self.next += 1
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1_000_000:
                return int(value), ""
        return None, flaw

    def _directive(self, match: re.Match[str]) -> str:
        self.bad_index = False
        flags = match["flags"]
        self._select(match["index1"])
        width, notes = self._star(match["width"], "%!(BADWIDTH)")
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        self._select(match["index2"])
        precision: int | None = None
        text = match[0]
        if "." in text[: -1 if match["verb"] else None]:
            precision, flaw = self._star(match["precision"], "%!(BADPREC)")
            notes += flaw
            if precision is not None and precision < 0:
                precision, notes = None, notes + "%!(BADPREC)"
            elif precision is None and match["precision"] is None:
                precision = 0
        self._select(match["index3"])
        verb = match["verb"]
        if verb is None:
            return notes + "%!(NOVERB)"
        if verb == "%":
            return notes + "%"
        if self.bad_index:
            return notes + f"%!{verb}(BADINDEX)"
        if self.next >= len(self.values):
            return notes + f"%!{verb}(MISSING)"
        value = self.values[self.next]
        self.next += 1
        return notes + _operand(value, verb, _Spec(flags, width, precision))


def _bad(value: Any, verb: str, spec: _Spec) -> str:
    if value is None:
        return f"%!{verb}(<nil>)"
    return f"%!{verb}({type_of(value)}={_format(value, 'v', spec)})"


def _operand(value: Any, verb: str, spec: _Spec) -> str:
    if verb == "T":
        return spec.pad(type_of(value))
    if verb == "p":
        return _bad(value, verb, spec)
    if value is None:
        return spec.pad("<nil>") if verb == "v" else _bad(value, verb, spec)
    if verb == "v":
        if spec.sharp:
            return spec.pad(go_syntax(value))
        # %+v names the fields of structs and puts no sign before numbers
        spec.plus_v, spec.plus = spec.plus, False
    return _format(value, verb, spec)


def _format(value: Any, verb: str, spec: _Spec) -> str:
    kind = type(value)
    if kind is str:
        return _format_text(value, verb, spec)
    if kind is bool:
        return spec.pad("true" if value else "false") if verb in "tv" else _bad(value, verb, spec)
    if kind is float:
        return _format_float(value, verb, spec)
    if isinstance(value, int):
        return _format_int(value, verb, spec)
    if isinstance(value, Version | Time) and verb in "vsxXq":
        return _format_text(to_text(value), verb, spec)
    if isinstance(value, dict):
        pairs = (f"{_format(key, verb, spec)}:{_element(value[key], verb, spec)}" for key in sorted(value))
        return "map[" + " ".join(pairs) + "]"
    if isinstance(value, list):
        return "[" + " ".join(_element(item, verb, spec) for item in value) + "]"
    if isinstance(value, Certificate):
        names = ("Cert:", "Key:") if spec.plus_v else ("", "")
        return f"{{{names[0]}{_format(value.cert, verb, spec)} {names[1]}{_format(value.key, verb, spec)}}}"
    return _bad(value, verb, spec)


def _element(value: Any, verb: str, spec: _Spec) -> str:
    return "<nil>" if value is None else _format(value, verb, spec)


def _format_text(text: str, verb: str, spec: _Spec) -> str:
    if verb in "xX":
        return spec.pad(_hex(as_bytes(text), verb, spec))
    if spec.precision is not None:
        text = text[: spec.precision]
    if verb in "vs":
        return spec.pad(text)
    if verb == "q":
        if (
            spec.sharp
            and "`" not in text
            and all(char == "\t" or (char.isprintable() and char != "\ufeff") for char in text)
        ):
            return spec.pad(f"`{text}`")
        return spec.pad(quote(text, ascii_only=spec.plus))
    return _bad(text, verb, spec)


def _hex(data: bytes, verb: str, spec: _Spec) -> str:
    data = data if spec.precision is None else data[: spec.precision]
    prefix = "0" + verb if spec.sharp else ""
    pairs = [f"{byte:02x}" if verb == "x" else f"{byte:02X}" for byte in data]
    if spec.space:
        return " ".join(prefix + pair for pair in pairs)
    return prefix + "".join(pairs) if pairs else ""


def _format_float(value: float, verb: str, spec: _Spec) -> str:
    if verb not in "vbgGxXfFeE":
        return _bad(value, verb, spec)
    shape = {"v": "g", "F": "f"}.get(verb, verb)
    default = 6 if shape in "feE" else -1
    precision = default if spec.precision is None else spec.precision
    text = _hex_float(value, shape) if shape in "xXb" else format_float(value, shape, precision)
    if spec.sharp and math.isfinite(value):
        text = _sharp_float(text, shape, precision)
    if text[0] not in "+-" and (spec.plus or spec.space):
        text = ("+" if spec.plus else " ") + text
    elif text[0] == "+" and not spec.plus:
        text = (" " if spec.space else "") + text[1:]
    if not math.isfinite(value):
        spec.zero = False
    return spec.pad_number(text)


def _hex_float(value: float, shape: str) -> str:
    if shape == "b":
        mantissa, power = math.frexp(value)
        return f"{int(mantissa * 2**53)}p{power - 53:+d}"
    head, _, exponent = value.hex().partition("p")
    whole, _, fraction = head.partition(".")
    fraction = fraction.rstrip("0")
    text = f"{whole}{'.' + fraction if fraction else ''}p{int(exponent):+03d}"
    return text.upper() if shape == "X" else text


def _sharp_float(text: str, shape: str, precision: int) -> str:
    mantissa, mark, exponent = text.partition("e")
    if shape in "gG":
        digits = 6 if precision < 0 else precision
        count = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
        mantissa = (mantissa if "." in mantissa else mantissa + ".") + "0" * max(0, digits - count)
    elif "." not in mantissa:
        mantissa += "."
    return mantissa + mark + exponent


_BASES = {"d": 10, "v": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}


def _format_int(value: int, verb: str, spec: _Spec) -> str:
    if verb in _BASES:
        return _format_based(value, verb, spec)
    char = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF else "\ufffd"
    if verb == "c":
        return spec.pad(char)
    if verb == "q":
        return spec.pad(quote(char, mark="'", ascii_only=spec.plus))
    if verb == "U":
        text = f"U+{value % (1 << 64):04X}"
        return spec.pad(f"{text} '{char}'" if spec.sharp and char.isprintable() else text)
    return _bad(value, verb, spec)


def _format_based(value: int, verb: str, spec: _Spec) -> str:
    base = _BASES[verb]
    digits = format(abs(value), {10: "d", 2: "b", 8: "o", 16: "x" if verb == "x" else "X"}[base])
    if spec.precision is not None:
        digits = "" if spec.precision == 0 and value == 0 else digits.rjust(spec.precision, "0")
    elif spec.zero and spec.width is not None:
        signed = value < 0 or spec.plus or spec.space
        digits = digits.rjust(spec.width - signed, "0")
    if spec.sharp:
        prefix = {2: "0b", 8: "" if digits.startswith("0") else "0", 16: "0" + verb, 10: ""}[base]
        digits = prefix + digits
    if verb == "O":
        digits = "0o" + digits
    sign = "-" if value < 0 else "+" if spec.plus else " " if spec.space else ""
    if spec.precision is not None:
        spec.zero = False
    text = sign + digits
    return text.ljust(spec.width) if spec.minus and spec.width else text.rjust(spec.width or 0)


def go_syntax(value: Any) -> str:
    """What %#v prints."""
    if isinstance(value, NIL_TYPES):
        return f"{type_of(value)}(nil)"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict):
        return type_of(value) + "{" + ", ".join(f"{quote(key)}:{go_syntax(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return type_of(value) + "{" + ", ".join(map(go_syntax, value)) + "}"
    return to_text(value)
