"""Another value of the same form: a number near it, another host, the next tag, a list with one item more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from measuring.fresh import words
from migrator.model import Json

_QUANTITY = re.compile(r"(\d+)(m|[KMGT]i?)")
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")
_URL = re.compile(r"(\w+://)([\w.-]+)(.*)", re.DOTALL)
_SETTING = re.compile(r"^(\s*[\w.\"-]+\s*[:=]\s*)(\d+|true|false|debug|info|warn|error)(\s*;?)$")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_KEPT = frozenset({"kind", "apiVersion", "operator", "effect", "protocol", "fieldPath", "topologyKey", "pathType"})
_PORT = 65535


def varied(rng: Random, value: Json, key: str) -> Json:
    """A value of the same form; None where nothing natural is known."""
    if isinstance(value, bool):
        return rng.choice((value, not value))
    if isinstance(value, int):
        return _number(rng, value, key)
    if isinstance(value, float):
        return round(value * rng.choice((0.5, 1.5, 2)), 3)
    if isinstance(value, str):
        return varied_text(rng, value) if "\n" in value.strip() else _word(rng, value, key)
    if isinstance(value, Mapping):
        return _map(rng, value)
    if isinstance(value, list) and value:
        return _items(rng, value, key)
    return None


def _number(rng: Random, value: int, key: str) -> int:
    if key.lower().endswith("port") and value:
        return rng.choice((value + 1, value + 1000, 8080, 9090)) % _PORT
    if not value:
        return rng.choice((1, 2, 5))
    return rng.choice((value * 2, value + 1, value * 3, max(1, value // 2)))


def _word(rng: Random, value: str, key: str) -> Json:
    lowered = key.lower()
    for form in (_QUANTITY, _DURATION):
        if found := form.fullmatch(value):
            return f"{_number(rng, int(found[1]), '')}{found[2]}"
    if lowered in {"tag", "version"} and (found := _NUMBERED.fullmatch(value)):
        return f"{found[1]}{int(found[2]) + 1}{found[3]}"
    if found := _URL.fullmatch(value):
        return f"{found[1]}{words.host(rng)}{found[3]}" if "{{" not in value else None
    if lowered.endswith("repository") or lowered == "image":
        return f"{rng.choice(words.REGISTRIES)}/{value.removeprefix('docker.io/')}"
    if lowered in {"host", "hostname"} or re.fullmatch(r"[\w-]+(\.[\w-]+)*\.(local|com|org|io|net)", value):
        return words.host(rng)
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    if value.isdigit():
        return str(_number(rng, int(value), key))
    if value.lower() in words.LEVELS:
        return rng.choice(words.LEVELS)
    if lowered.endswith(("name", "user", "database", "username")) and _NAME.fullmatch(value):
        return f"{words.team(rng)}-{value}"
    if value.startswith("/") and lowered.endswith(("path", "dir")):
        return f"{value.rstrip('/')}/{words.team(rng)}"
    return None


def _map(rng: Random, value: Mapping[str, Json]) -> Json:
    """The map with one or two of its values varied."""
    made = dict(value)
    keys = [key for key in made if key not in _KEPT]
    for key in rng.sample(keys, min(len(keys), rng.choice((0, 1, 2)))):
        other = varied(rng, made[key], key)
        made[key] = made[key] if other is None else other
    return made


def _items(rng: Random, value: list[Json], key: str) -> Json:
    place = rng.randrange(len(value))
    other = varied(rng, value[place], key.removesuffix("s"))
    if other is None or other in value:
        return value
    if rng.random() < 0.4 and not isinstance(other, Mapping):
        return [*value, other]
    return [other if at == place else item for at, item in enumerate(value)]


def varied_text(rng: Random, text: str) -> str:
    """The text with one setting of it changed, or with a line more; as it is where it has no settings."""
    lines = text.splitlines(keepends=True)
    settings = [(at, found) for at, line in enumerate(lines) if (found := _SETTING.match(line.rstrip("\n")))]
    if not settings:
        return text
    for at, found in rng.sample(settings, min(len(settings), rng.choice((1, 1, 2)))):
        other = varied(rng, int(found[2]), "") if found[2].isdigit() else _word(rng, found[2], "") or found[2]
        lines[at] = f"{found[1]}{other}{found[3]}\n"
    if rng.random() < 0.2:
        del lines[settings[-1][0]]
    return "".join(lines)
