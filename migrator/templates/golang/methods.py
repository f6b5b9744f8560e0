"""Fields and methods of the few Go values that are not plain: what `(semver .v).Major`, `now.Unix` or `$ca.Cert`
find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from migrator.charts.versions import VersionError, parse_version
from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.golang.time_format import DAYS, MONTHS, SECOND, format_time, in_zone
from migrator.templates.golang.types import Certificate, Int64, Time, Uint64, Version, type_of


def _release_key(version: Version) -> Any:
    return parse_version(str(version)).key


def _compare(left: Version, right: Version) -> int:
    one, other = _release_key(left), _release_key(right)
    return 0 if one == other else 1 if one > other else -1


def _increment(version: Version, part: int) -> Version:
    numbers = [version.major, version.minor, version.patch]
    if part < 2 or not version.prerelease:
        numbers[part] += 1
    numbers[part + 1 :] = [0] * (2 - part)
    text = ("v" if version.original.startswith("v") else "") + ".".join(map(str, numbers))
    major, minor, patch = numbers
    return Version(major, minor, patch, "", "", text)


_VERSION: Final[Mapping[str, Callable[..., Json]]] = {
    "Major": lambda version: Uint64(version.major),
    "Minor": lambda version: Uint64(version.minor),
    "Patch": lambda version: Uint64(version.patch),
    "Prerelease": lambda version: version.prerelease,
    "Metadata": lambda version: version.metadata,
    "Original": lambda version: version.original,
    "String": str,
    "Compare": _compare,
    "Equal": lambda left, right: _compare(left, right) == 0,
    "GreaterThan": lambda left, right: _compare(left, right) > 0,
    "GreaterThanEqual": lambda left, right: _compare(left, right) >= 0,
    "LessThan": lambda left, right: _compare(left, right) < 0,
    "LessThanEqual": lambda left, right: _compare(left, right) <= 0,
    "IncMajor": lambda version: _increment(version, 0),
    "IncMinor": lambda version: _increment(version, 1),
    "IncPatch": lambda version: _increment(version, 2),
}


def _add_date(time: Time, years: int, months: int, days: int) -> Time:
    from datetime import timedelta

    moment = time.moment
    whole = moment.month - 1 + months
    first = moment.replace(year=moment.year + years + whole // 12, month=whole % 12 + 1, day=1)
    shifted = first + timedelta(days=moment.day - 1 + days)
    seconds = int(shifted.replace(microsecond=0).timestamp())
    return Time(seconds * SECOND + time.nanoseconds % SECOND, time.zone)


_TIME: Final[Mapping[str, Callable[..., Json]]] = {
    "Format": format_time,
    "String": lambda time: format_time(time, "2006-01-02 15:04:05.999999999 -0700 MST"),
    "Unix": lambda time: Int64(time.nanoseconds // SECOND),
    "UnixNano": lambda time: Int64(time.nanoseconds),
    "UnixMilli": lambda time: Int64(time.nanoseconds // 10**6),
    "UTC": lambda time: in_zone(time, "UTC"),
    "Local": lambda time: in_zone(time, "Local"),
    "Year": lambda time: time.moment.year,
    "YearDay": lambda time: time.moment.timetuple().tm_yday,
    "Month": lambda time: MONTHS[time.moment.month - 1],
    "Weekday": lambda time: DAYS[time.moment.weekday()],
    "Day": lambda time: time.moment.day,
    "Hour": lambda time: time.moment.hour,
    "Minute": lambda time: time.moment.minute,
    "Second": lambda time: time.moment.second,
    "Nanosecond": lambda time: time.nanoseconds % SECOND,
    "After": lambda left, right: left.nanoseconds > right.nanoseconds,
    "Before": lambda left, right: left.nanoseconds < right.nanoseconds,
    "Equal": lambda left, right: left.nanoseconds == right.nanoseconds,
    "IsZero": lambda time: time.nanoseconds == -62135596800 * SECOND,
    "AddDate": _add_date,
}
_CERTIFICATE: Final[Mapping[str, Callable[..., Json]]] = {
    "Cert": lambda certificate: certificate.cert,
    "Key": lambda certificate: certificate.key,
}
_MEMBERS: Final[Mapping[type, Mapping[str, Callable[..., Json]]]] = {
    Version: _VERSION,
    Time: _TIME,
    Certificate: _CERTIFICATE,
}


def has_members(value: Json) -> bool:
    """Whether the value is one of those whose fields and methods `member` knows."""
    return type(value) in _MEMBERS


def member(value: Json, name: str, *arguments: Json) -> Json:
    """The field, or what the method returns. TemplateError in Go's words where there is none or it takes other
    arguments.
    """
    found = _MEMBERS.get(type(value), {}).get(name)
    if found is None:
        raise TemplateError(f"can't evaluate field {name} in type {type_of(value)}")
    try:
        return found(value, *arguments)
    except (TypeError, AttributeError):
        raise TemplateError(f"wrong number of args for {name}") from None
    except (VersionError, ValueError, OverflowError) as error:
        raise TemplateError(f"error calling {name}: {error}") from None
