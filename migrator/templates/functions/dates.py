"""Dates and durations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.strconv import parse_int
from migrator.templates.golang.time_format import (
    SECOND,
    ZERO_TIME,
    format_duration,
    format_time,
    from_unix,
    in_zone,
    parse_duration,
    parse_time,
)
from migrator.templates.golang.types import Int64, Time, wrap64

_NOW: Final = Time(1_704_067_200 * SECOND)
"""A fixed instant: the evaluator must not read the clock, and knows that `now` is not to be trusted."""


def _time_of(value: Json) -> Time:
    if isinstance(value, Time):
        return value
    return from_unix(value) if isinstance(value, int) and not isinstance(value, bool) else _NOW


def _date_in_zone(layout: str, value: Json, zone: str) -> str:
    return format_time(in_zone(_time_of(value), zone), layout)


def _date_modify(change: str, time: Time) -> Time:
    return Time(time.nanoseconds + parse_duration(change), time.zone)


def _date_modify_quietly(change: str, time: Time) -> Time:
    try:
        return _date_modify(change, time)
    except TemplateError:
        return time


def _to_date(layout: str, text: str) -> Time:
    try:
        return parse_time(layout, text)
    except TemplateError:
        return ZERO_TIME


def _duration(value: Json) -> str:
    seconds = 0
    if isinstance(value, str):
        seconds = parse_int(value, 10) or 0
    elif isinstance(value, Int64):
        seconds = int(value)
    return format_duration(wrap64(seconds * SECOND))


def _duration_round(value: Json) -> str:
    size = 0
    if isinstance(value, str):
        try:
            size = parse_duration(value)
        except TemplateError:
            size = 0
    elif isinstance(value, Int64):
        size = int(value)
    elif isinstance(value, Time):
        size = _NOW.nanoseconds - value.nanoseconds
    size = abs(size)
    hour = 3600 * SECOND
    for unit, name in (
        (hour * 24 * 365, "y"),
        (hour * 24 * 30, "mo"),
        (hour * 24, "d"),
        (hour, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ):
        if size > unit:
            return f"{size // unit}{name}"
    return "0s"


def _ago(value: Json) -> str:
    return format_duration(round((_NOW.nanoseconds - _time_of(value).nanoseconds) / SECOND) * SECOND)


ENTRIES: Final[Mapping[str, Entry]] = {
    "now": ("", lambda: _NOW),
    "ago": ("a", _ago),
    "date": ("sa", lambda layout, value: _date_in_zone(layout, value, "Local")),
    "dateInZone": ("sas", _date_in_zone),
    "date_in_zone": ("sas", _date_in_zone),
    "htmlDate": ("a", lambda value: _date_in_zone("2006-01-02", value, "Local")),
    "htmlDateInZone": ("as", lambda value, zone: _date_in_zone("2006-01-02", value, zone)),
    "dateModify": ("st", _date_modify_quietly),
    "date_modify": ("st", _date_modify_quietly),
    "mustDateModify": ("st", _date_modify),
    "must_date_modify": ("st", _date_modify),
    "toDate": ("ss", _to_date),
    "mustToDate": ("ss", parse_time),
    "unixEpoch": ("t", lambda time: str(time.nanoseconds // SECOND)),
    "duration": ("a", _duration),
    "durationRound": ("a", _duration_round),
}
