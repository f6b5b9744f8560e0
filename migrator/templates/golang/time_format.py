"""Go's time: layouts by the reference date, durations, zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from migrator.templates.errors import TemplateError
from migrator.templates.golang.strconv import quote
from migrator.templates.golang.types import Time

SECOND: Final = 1_000_000_000
ZERO_TIME: Final = Time(-62135596800 * SECOND)
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHUNK = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|__2|_2(?!006)|2|3|4|5|PM|pm"
    r"|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)"
)
_UNITS: Final = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 10**6,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_DURATION_PART = re.compile(r"(\d*)(?:\.(\d*))?([^\d.]+)")


def load_zone(name: str) -> tzinfo | None:
    """The zone of that name, None for the local one; UTC where it is unknown, as sprig falls back."""
    if name == "Local":
        return None
    if name in {"", "UTC"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def in_zone(time: Time, name: str) -> Time:
    """The same instant shown in another zone."""
    zone = load_zone(name)
    return Time(time.nanoseconds, zone if zone is not None else local_zone(time))


def local_zone(time: Time) -> tzinfo:
    """The machine's zone at that instant."""
    try:
        zone = Time(time.nanoseconds).moment.astimezone().tzinfo
    except (OverflowError, OSError, ValueError):
        zone = None
    return zone or UTC


def from_unix(seconds: int) -> Time:
    """The instant so many seconds after 1970."""
    return Time(seconds * SECOND)


def _offset(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())


def _format_offset(chunk: str, seconds: int) -> str:
    if chunk[0] == "Z" and seconds == 0:
        return "Z"
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    shape = chunk[1:]
    colon = ":" if ":" in shape else ""
    text = f"{sign}{hours:02d}"
    if len(shape) > 2:
        text += f"{colon}{minutes:02d}"
    return text + f"{colon}{rest:02d}" if len(shape.replace(":", "")) == 6 else text


def _zone_name(moment: datetime) -> str:
    name = moment.tzname() or ""
    if name.startswith("UTC") and name != "UTC":
        seconds = _offset(moment)
        hours, minutes = divmod(abs(seconds) // 60, 60)
        return f"{'-' if seconds < 0 else '+'}{hours:02d}" + (f"{minutes:02d}" if minutes else "")
    return name


def _fraction(chunk: str, nanoseconds: int) -> str:
    digits = f"{nanoseconds:09d}"[: len(chunk) - 1].ljust(len(chunk) - 1, "0")
    if chunk[1] == "9":
        digits = digits.rstrip("0")
        return chunk[0] + digits if digits else ""
    return chunk[0] + digits


def format_time(time: Time, layout: str) -> str:
    """What time.Format prints."""
    moment = time.moment

    def one(match: re.Match[str]) -> str:
        chunk = match[0]
        if chunk[0] in ".,":
            return _fraction(chunk, time.nanoseconds % SECOND)
        if chunk[1:3] == "07":
            return _format_offset(chunk, _offset(moment))
        return _format_chunk(chunk, moment)

    return _CHUNK.sub(one, layout)


def _format_chunk(chunk: str, moment: datetime) -> str:
    hour12 = moment.hour % 12 or 12
    year_day = moment.timetuple().tm_yday
    return {
        "January": MONTHS[moment.month - 1],
        "Jan": MONTHS[moment.month - 1][:3],
        "Monday": DAYS[moment.weekday()],
        "Mon": DAYS[moment.weekday()][:3],
        "MST": _zone_name(moment),
        "002": f"{year_day:03d}",
        "__2": f"{year_day:3d}",
        "01": f"{moment.month:02d}",
        "02": f"{moment.day:02d}",
        "03": f"{hour12:02d}",
        "04": f"{moment.minute:02d}",
        "05": f"{moment.second:02d}",
        "06": f"{moment.year % 100:02d}",
        "15": f"{moment.hour:02d}",
        "1": str(moment.month),
        "2006": f"{moment.year:04d}",
        "_2": f"{moment.day:2d}",
        "2": str(moment.day),
        "3": str(hour12),
        "4": str(moment.minute),
        "5": str(moment.second),
        "PM": "PM" if moment.hour >= 12 else "AM",
        "pm": "pm" if moment.hour >= 12 else "am",
    }[chunk]


_PATTERNS: Final = {
    "January": "(?i:" + "|".join(MONTHS) + ")",
    "Jan": "(?i:" + "|".join(name[:3] for name in MONTHS) + ")",
    "Monday": "(?i:" + "|".join(DAYS) + ")",
    "Mon": "(?i:" + "|".join(name[:3] for name in DAYS) + ")",
    "MST": r"(?:GMT[-+]\d{1,2}|[-+]\d{2}(?:\d{2})?|[A-Z]{3,5})",
    "002": r"\d{3}",
    "__2": r"[ \d]{2}\d",
    "2006": r"\d{4}",
    "_2": r" ?\d{1,2}",
    "PM": "(?:PM|AM)",
    "pm": "(?:pm|am)",
    **dict.fromkeys(("01", "02", "03", "04", "05", "06"), r"\d\d"),
    **dict.fromkeys(("15", "1", "2", "3", "4", "5"), r"\d{1,2}"),
}


def _pattern(chunk: str) -> str:
    if chunk[0] in ".,":
        digits = len(chunk) - 1
        return rf"[.,]\d{{{digits}}}" if chunk[1] == "0" else r"(?:[.,]\d+)?"
    if chunk[1:3] == "07":
        colon = ":" if ":" in chunk else ""
        places = len(chunk[1:].replace(":", "")) // 2
        body = r"[-+]\d\d" + (colon + r"\d\d") * (places - 1)
        return f"(?:Z|{body})" if chunk[0] == "Z" else body
    return _PATTERNS[chunk]


class _Fields:
    """What the parts of a parsed time said."""

    __slots__ = ("day", "hour", "minute", "month", "nanoseconds", "offset", "pm", "second", "year", "year_day", "zone")

    def __init__(self) -> None:
        self.year, self.month, self.day = 0, -1, -1
        self.hour = self.minute = self.second = self.nanoseconds = 0
        self.year_day = -1
        self.offset: int | None = None
        self.pm: bool | None = None
        self.zone = ""

    def take(self, chunk: str, text: str) -> str:
        """Store one part; returns the name of a range fault, else the empty string."""
        if chunk[0] in ".,":
            self.nanoseconds = int(text[1:].ljust(9, "0")[:9]) if text else 0
        elif chunk[1:3] == "07":
            self.offset = _parse_offset(text)
        elif chunk in {"January", "Jan"}:
            self.month = next(index for index, name in enumerate(MONTHS, 1) if name[:3].lower() == text[:3].lower())
        elif chunk in {"PM", "pm"}:
            self.pm = text.lower() == "pm"
        elif chunk == "MST":
            self.zone = text
        elif chunk not in {"Monday", "Mon"}:
            return self._number(chunk, int(text))
        return ""

    def _number(self, chunk: str, number: int) -> str:
        if chunk == "2006":
            self.year = number
        elif chunk == "06":
            self.year = number + (1900 if number >= 69 else 2000)
        elif chunk in {"01", "1"}:
            self.month = number
            return "" if 1 <= number <= 12 else "month"
        elif chunk in {"02", "_2", "2"}:
            self.day = number
        elif chunk in {"002", "__2"}:
            self.year_day = number
        elif chunk in {"15", "03", "3"}:
            self.hour = number
            return "" if number < (24 if chunk == "15" else 13) else "hour"
        elif chunk in {"04", "4"}:
            self.minute = number
            return "" if number < 60 else "minute"
        else:
            self.second = number
            return "" if number < 60 else "second"
        return ""

    def moment(self, local: bool) -> Time | str:
        """The time, or the name of the field that is out of range."""
        if self.pm is not None:
            self.hour = self.hour % 12 + (12 if self.pm else 0)
        month, day = max(self.month, 1), max(self.day, 0) if self.day != -1 else 1
        zone: tzinfo = UTC
        if self.offset is not None:
            zone = timezone(timedelta(seconds=self.offset)) if self.offset else UTC
        try:
            if self.year_day >= 0:
                base = datetime(self.year or 1, 1, 1, tzinfo=UTC) + timedelta(days=self.year_day - 1)
                month, day = base.month, base.day
            naive = datetime(self.year, month, day, self.hour, self.minute, self.second)  # noqa: DTZ001
        except ValueError:
            return "day"
        if self.offset is None and self.zone in {"", "UTC"} and local and not self.zone:
            aware = naive.astimezone()
        elif self.zone and self.offset is None and self.zone != "UTC":
            aware = naive.replace(tzinfo=timezone(timedelta(), self.zone))
        else:
            aware = naive.replace(tzinfo=zone)
        seconds = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
        return Time(seconds * SECOND + self.nanoseconds, aware.tzinfo or UTC)


def _parse_offset(text: str) -> int:
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "").ljust(6, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6])
    return -seconds if text[0] == "-" else seconds


def parse_time(layout: str, text: str) -> Time:
    """What time.ParseInLocation(layout, text, time.Local) returns. TemplateError with Go's message where it fails."""

    def fault(part: str, wanted: str) -> TemplateError:
        return TemplateError(
            f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(part)} as {quote(wanted)}"
        )

    fields, position, rest = _Fields(), 0, text
    for match in _CHUNK.finditer(layout):
        literal = layout[position : match.start()]
        if not rest.startswith(literal):
            raise fault(rest, literal)
        rest = rest[len(literal) :]
        chunk, position = match[0], match.end()
        found = re.match(_pattern(chunk), rest)
        if found is None:
            raise fault(rest, chunk)
        rest = rest[found.end() :]
        flaw = fields.take(chunk, found[0])
        if flaw:
            raise TemplateError(f"parsing time {quote(text)}: {flaw} out of range")
        if chunk in {"05", "5"} and not re.match(r"[.,][09]+(?!\d)", layout[position:]):
            fraction = re.match(r"[.,]\d+", rest)
            if fraction:
                fields.take(".9", fraction[0])
                rest = rest[fraction.end() :]
    literal = layout[position:]
    if not rest.startswith(literal):
        raise fault(rest, literal)
    if rest != literal:
        raise TemplateError(f"parsing time {quote(text)}: extra text: {quote(rest[len(literal) :])}")
    moment = fields.moment(local=True)
    if isinstance(moment, str):
        raise TemplateError(f"parsing time {quote(text)}: {moment} out of range")
    return moment


def parse_duration(text: str) -> int:
    """The nanoseconds of `1h30m`. TemplateError with Go's message where it fails."""
    fault = TemplateError(f"time: invalid duration {quote(text)}")
    body = text[1:] if text[:1] in {"+", "-"} else text
    if body == "0":
        return 0
    if not body:
        raise fault
    total, position = 0, 0
    while position < len(body):
        match = _DURATION_PART.match(body, position)
        if match is None:
            if re.fullmatch(r"\d*\.?\d*", body[position:]) and re.search(r"\d", body[position:]):
                raise TemplateError(f"time: missing unit in duration {quote(text)}")
            raise fault
        whole, fraction, unit = match.groups()
        if not whole and not fraction:
            raise fault
        if unit not in _UNITS:
            raise TemplateError(f"time: unknown unit {quote(unit)} in duration {quote(text)}")
        scale = _UNITS[unit]
        total += int(whole or 0) * scale
        if fraction:
            total += (
                int(float(f"0.{fraction}") * scale)
                if len(fraction) > 15
                else int(fraction) * scale // 10 ** len(fraction)
            )
        position = match.end()
    if total >= 1 << 63:
        raise fault
    return -total if text.startswith("-") else total


def format_duration(nanoseconds: int) -> str:
    """What Duration.String prints: `1h30m0s`, `1.5ms`, `0s`."""
    if not nanoseconds:
        return "0s"
    sign, size = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if size < SECOND:
        unit, scale = ("ns", 1) if size < 1000 else ("µs", 1000) if size < 10**6 else ("ms", 10**6)
        return sign + _decimal(size, scale) + unit
    text = _decimal(size % (60 * SECOND), SECOND) + "s"
    minutes = size // (60 * SECOND)
    if minutes:
        text = f"{minutes % 60}m{text}"
    if minutes >= 60:
        text = f"{minutes // 60}h{text}"
    return sign + text


def _decimal(number: int, scale: int) -> str:
    whole, rest = divmod(number, scale)
    places = len(str(scale)) - 1
    fraction = f"{rest:0{places}d}".rstrip("0") if places and rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)
