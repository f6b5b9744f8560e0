"""What a chart documents: every value that a person may set, with its default, examples and the words it may say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from measuring.fresh.examples import Comments, KeyPath, choices_among, comments_of
from migrator.charts.types import ChartArchive
from migrator.model import Json
from migrator.yamlio import Dialect, YamlError, read_value

_COMPARED = (
    re.compile(r"(?:eq|ne) +\$?\.Values\.([\w.]+) +\"([\w.-]+)\""),
    re.compile(r"(?:eq|ne) +\"([\w.-]+)\" +\$?\.Values\.([\w.]+)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value that a person may set."""

    path: KeyPath
    default: Json = None
    examples: tuple[Json, ...] = ()
    choices: tuple[str, ...] = ()
    compared: bool = False
    """Whether templates compare it with its choices: a mode of the chart."""
    kinds: frozenset[str] = frozenset()
    """The types that the schema allows; empty where it says nothing."""
    has_registry: bool = False
    """Whether the registry of an image is another value beside it."""

    @property
    def key(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """The places of a chart, and its defaults with those of its subcharts."""

    places: tuple[Place, ...]
    defaults: Mapping[str, Json]
    app_version: str = ""


def documented(archive: ChartArchive) -> Documented:
    """What the chart and its subcharts document."""
    found = _unwrapped(_documented(archive.files, "", archive.metadata, archive.app_version))
    beside = {place.path[:-1] for place in found.places if place.key == "registry"}
    return replace(found, places=tuple(replace(each, has_registry=each.path[:-1] in beside) for each in found.places))


def _unwrapped(chart: Documented) -> Documented:
    """Where all defaults lie below one key that is not for people, people write what is in it at the top."""
    (*names,) = chart.defaults
    if len(names) != 1 or not re.match(r"_|defaults$", names[0]):
        return chart
    places = [replace(place, path=place.path[1:]) for place in chart.places if len(place.path) > 1]
    return replace(chart, places=tuple(places), defaults=chart.defaults[names[0]])


def _documented(files: Mapping[str, bytes], home: str, metadata: Mapping[str, Json], app: str) -> Documented:
    defaults = _yaml(files.get(f"{home}values.yaml"))
    comments = comments_of(files.get(f"{home}values.yaml", b"").decode(errors="replace"))
    schema = _yaml(files.get(f"{home}values.schema.json"))
    compared = _compared(files, home)
    places = {place.path: place for place in _places(defaults, (), comments, schema, compared)}
    for path, examples in comments.examples.items():
        if path not in places and not isinstance(_at(defaults, path), Mapping):
            places[path] = Place(path=path, examples=tuple(examples))
    for path, node in _in_schema(schema, schema, ()):
        if path not in places and not isinstance(_at(defaults, path), Mapping):
            places[path] = _place(path, None, comments, node, compared)
    for name, sub, told in _subcharts(files, home, metadata):
        below = _documented(files, sub, told, "")
        for place in below.places:
            path = (name, *place.path)
            default = _at(defaults, path)
            places.setdefault(path, replace(place, path=path, default=place.default if default is None else default))
        defaults = {**defaults, name: _merged(below.defaults, defaults.get(name) or {})}
    return Documented(places=tuple(places[path] for path in sorted(places)), defaults=defaults, app_version=app)


def _yaml(text: bytes | None) -> dict[str, Json]:
    try:
        value = read_value(text, dialect=Dialect.SIGS) if text else {}
    except YamlError:
        return {}
    return value if isinstance(value, dict) else {}


def _places(
    value: Json, path: KeyPath, comments: Comments, schema: Json, compared: Mapping[KeyPath, list[str]]
) -> Iterator[Place]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _places(child, (*path, str(key)), comments, schema, compared)
    if path:
        yield _place(path, value, comments, _schema_at(schema, path), compared)


def _place(
    path: KeyPath, default: Json, comments: Comments, node: Mapping[str, Json], compared: Mapping[KeyPath, list[str]]
) -> Place:
    words = [word for word in node.get("enum", ()) if isinstance(word, str) and word]
    told = dict.fromkeys([*compared.get(path, ()), *([default] if isinstance(default, str) and default else [])])
    is_mode = path in compared and len(told) > 1 and not isinstance(default, bool)
    choices = tuple(words) or choices_among(comments.choices, path, default) or (tuple(told) if is_mode else ())
    kinds = node.get("type") or ()
    return Place(
        path=path,
        default=default,
        examples=tuple(comments.examples.get(path, ())) + tuple(node.get("examples") or ()),
        choices=choices,
        compared=is_mode,
        kinds=frozenset([kinds] if isinstance(kinds, str) else kinds),
    )


def _compared(files: Mapping[str, bytes], home: str) -> dict[KeyPath, list[str]]:
    """The words that the chart's templates compare a value with."""
    found: dict[KeyPath, list[str]] = defaultdict(list)
    for name, data in sorted(files.items()):
        if name.startswith(f"{home}templates/"):
            text = data.decode(errors="replace")
            for path, word in _COMPARED[0].findall(text):
                found[tuple(path.split("."))].append(word)
            for word, path in _COMPARED[1].findall(text):
                found[tuple(path.split("."))].append(word)
    return {path: [word for word in words if word not in {"true", "false"}] for path, words in found.items()}


def _subcharts(
    files: Mapping[str, bytes], home: str, metadata: Mapping[str, Json]
) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """Name in values, folder and metadata of each subchart."""
    told = metadata.get("dependencies") or _yaml(files.get(f"{home}requirements.yaml")).get("dependencies") or ()
    called = {item["name"]: item.get("alias") or item["name"] for item in told}
    depth = home.count("/") + 3
    for name in sorted(files):
        if name.startswith(f"{home}charts/") and name.endswith("/Chart.yaml") and name.count("/") == depth - 1:
            chart = _yaml(files[name])
            if chart.get("type") != "library" and isinstance(chart.get("name"), str):
                yield called.get(chart["name"], chart["name"]), name.removesuffix("Chart.yaml"), chart


def _merged(below: Mapping[str, Json], over: Json) -> Json:
    if not isinstance(over, Mapping):
        return over
    merged = dict(below)
    for key, value in over.items():
        base = below.get(key)
        merged[key] = _merged(base, value) if isinstance(base, Mapping) else value
    return merged


def _at(values: Json, path: KeyPath) -> Json:
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _schema_at(schema: Json, path: KeyPath) -> Mapping[str, Json]:
    node: Json = schema
    for key in path:
        node = _resolved(schema, node).get("properties", {}).get(key, {})
    return _resolved(schema, node)


def _resolved(schema: Json, node: Json) -> Mapping[str, Json]:
    for _ in range(8):
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        node = _at(schema, tuple(reference.removeprefix("#/").split("/")))
    return node if isinstance(node, Mapping) else {}


def _in_schema(schema: Json, node: Json, path: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, Json]]]:
    """The values that only the schema knows, not too deep: schemas of Kubernetes' own objects have no end."""
    resolved = _resolved(schema, node)
    below = resolved.get("properties")
    if path:
        yield path, resolved
    if isinstance(below, Mapping) and len(path) < 4:
        for key, child in below.items():
            yield from _in_schema(schema, child, (*path, str(key)))
