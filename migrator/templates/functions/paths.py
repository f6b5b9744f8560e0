"""Slash-separated paths, as Go's path package cleans and splits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from migrator.templates.functions.signatures import Entry


def clean(path: str) -> str:
    """path.Clean: the shortest equal path, `.` for the empty one."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            parts.append(part)
        elif parts and parts[-1] != "..":
            parts.pop()
        elif not rooted:
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def _dir(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


def _ext(path: str) -> str:
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def _is_abs(path: str) -> bool:
    return path.startswith("/")


_PLAIN: Final[Mapping[str, Callable[[str], str | bool]]] = {
    "base": _base,
    "clean": clean,
    "dir": _dir,
    "ext": _ext,
    "isAbs": _is_abs,
}
ENTRIES: Final[Mapping[str, Entry]] = {
    **{name: ("s", function) for name, function in _PLAIN.items()},
    # the forms for the host's own paths: the same on every system that renders charts
    **{f"os{name[0].upper()}{name[1:]}": ("s", function) for name, function in _PLAIN.items()},
}
