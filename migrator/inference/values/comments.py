"""Short comments for values that do not explain themselves, each from something that is known about the chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.inference.assignments.values_tree import MISSING, Tree, leaves, value_at
from migrator.inference.rendered_chart import chart_of, defaults_of
from migrator.inference.types import InferenceRequest, SplitValues
from migrator.inference.values.chart_outline import Section, arranged, outline, subcharts
from migrator.inference.values.scalar_types import as_the_chart_writes
from migrator.inference.values.split import effective
from migrator.model import Json, KeyPath, ReleaseContext
from migrator.templates.chart import Chart
from migrator.templates.interpreter.render import Interpreter, Run
from migrator.templates.provenance.randomness import draws, is_generated

_SHOWN = 3
"""Names that a comment lists before it only counts."""
_SHORT = 24
"""Characters of a default that a comment shows."""
_NAMES = ("fullnameOverride", "nameOverride")
_TELLING = re.compile(r"pass|secret|token|key|cert|credential|salt|cookie|auth", re.IGNORECASE)
"""Keys whose values may be secret, or generated."""
_KIND = re.compile(r"^kind: *[\"']?(\w+)", re.MULTILINE)
_NAME = re.compile(r"^metadata:\n(?: .*\n)*? +name: *[\"']?([\w.-]+)", re.MULTILINE)


def as_by_hand(values: SplitValues, request: InferenceRequest, setting: ReleaseContext) -> SplitValues:
    """The values as a person who knows the chart would have written them.

    In the forms and in the order of the chart's own values.yaml, with a comment where one does not explain itself.
    """
    if not values.common and not any(values.environments.values()):
        return values
    chart = chart_of(request)
    section = outline(chart)
    interpreter = Interpreter(chart, untaken=False)
    formed = as_the_chart_writes(values, defaults_of(chart), interpreter, setting)
    ordered = replace(
        formed,
        common=arranged(formed.common, section),
        environments={name: arranged(part, section) for name, part in sorted(formed.environments.items())},
    )
    return replace(ordered, notes=tuple(notes(ordered, section, interpreter, setting).items()))


def notes(
    values: SplitValues, section: Section, interpreter: Interpreter, setting: ReleaseContext
) -> Mapping[KeyPath, str]:
    """Path of a value -> one line about it, without the values themselves.

    Told are: deletions of defaults, values that the chart's values.yaml does not mention, names kept by an override,
    secrets that the chart would otherwise draw anew, raw manifests, and which subchart a section belongs to.
    """
    found: dict[KeyPath, str] = {}
    parts = [values.common, *(values.environments[name] for name in sorted(values.environments))]
    chart = interpreter.chart
    defaults = defaults_of(chart)
    names = sorted(values.environments) or [""]
    trees = [effective(values, name) for name in names]
    runs = [interpreter.run(tree, setting) for tree in trees]
    for part in parts:
        for path, text in _sections(part, chart):
            found.setdefault(path, text)
        for path in _unmentioned(part, section, ()):
            is_known = value_at(defaults, path) is not MISSING or _is_mentioned(str(path[-1]), chart)
            text = "" if is_known else _read_by(path, chart, runs)
            if text:
                found[path] = f"not in the chart's values.yaml; read by {text}"
        for path in leaves(part):
            text = _of_leaf(path, value_at(part, path), defaults)
            if text:
                found[path] = text
    for tree, run in zip(trees, runs, strict=True):
        for path in _pins(tree, chart, interpreter, run):
            found[path] = "without it the chart draws a new one at random on every render"
    return found


def _of_leaf(path: KeyPath, value: Json, defaults: Mapping[str, Json]) -> str:
    if path[-1] in _NAMES and value:
        return "keeps the names that the objects have"
    default = value_at(defaults, path)
    if value is None and default not in (MISSING, None):
        return f"takes out the chart's default: {_described(default, path)}"
    if value in ([], "") and default not in (MISSING, None, [], ""):
        return f"empty instead of the chart's default: {_described(default, path)}"
    manifests = list(_manifests(value))
    return f"objects that no template of the chart makes: {_some(manifests)}" if manifests else ""


def _described(default: Json, path: KeyPath) -> str:
    if isinstance(default, Mapping):
        return _some(list(default)) or "{}"
    if isinstance(default, list):
        names = [item.get("name") if isinstance(item, Mapping) else item for item in default]
        shown = _some(list(map(str, names))) if all(isinstance(name, str) for name in names) else ""
        return shown if shown and len(shown) <= 2 * _SHORT else f"a list of {len(default)}"
    text = str(default).lower() if isinstance(default, bool) else str(default)
    is_shown = len(text) <= _SHORT and text.isprintable() and not _TELLING.search(str(path[-1]))
    return text if is_shown else "a text"


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= _SHOWN + 1 else names[:_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - _SHOWN} more" if len(names) > len(shown) else "")


def _manifests(value: Json) -> Iterator[str]:
    """`Kind name` of each whole object in a list or text."""
    if isinstance(value, Mapping) and isinstance(value.get("kind"), str) and "apiVersion" in value:
        metadata = value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        yield f"{value['kind']} {name}" if isinstance(name, str) and "{{" not in name else value["kind"]
    elif isinstance(value, list):
        for item in value:
            yield from _manifests(item)
    elif isinstance(value, str) and "apiVersion:" in value:
        for kind in _KIND.findall(value):
            name = _NAME.search(value)
            yield f"{kind} {name[1]}" if name else kind


def _sections(part: Mapping[str, Json], chart: Chart) -> Iterator[tuple[KeyPath, str]]:
    """Sections of subcharts that hold more than the switch that turns them on or off."""
    for path, sub in subcharts(chart):
        held = value_at(part, path)
        if isinstance(held, Mapping) and set(held) - {"enabled"}:
            name = str(sub.metadata.get("name") or sub.name)
            version = str(sub.metadata.get("version") or "")
            yield path, f"values of the subchart {name} {version}".rstrip()


def _unmentioned(tree: Json, section: Section, path: KeyPath) -> Iterator[KeyPath]:
    """The topmost keys that stand among others which the chart knows, and that it does not mention."""
    if not isinstance(tree, Mapping) or not section.keys:
        return
    for key, value in tree.items():
        known = section.keys.get(key)
        if known is None:
            yield (*path, key)
        else:
            yield from _unmentioned(value, known, (*path, key))


def _is_mentioned(key: str, chart: Chart) -> bool:
    """Whether a comment in one of the values.yaml files mentions the key."""
    word = re.compile(rf"(?m)^[^\n]*#[^\n]*(?<![\w-]){re.escape(key)}(?![\w-])")
    charts = (chart, *(sub for _, sub in subcharts(chart)))
    return any(word.search(each.values_text.decode("utf-8", "replace")) for each in charts)


def _read_by(path: KeyPath, chart: Chart, runs: Iterable[Run]) -> str:
    """The templates that name the value; empty where none does, as for the entries of a map that is printed whole."""
    readers = sorted({name for run in runs for name, found in run.templates.items() if path in found.dependencies})
    files = dict(_files(chart, chart.name))
    word = re.compile(rf"[.\"'`]{re.escape(str(path[-1]))}(?![\w-])")
    if not readers or not any(word.search(text) for text in files.values()):
        return ""
    home, own = chart.name, path
    for prefix, _ in subcharts(chart):
        if prefix == path[: len(prefix)] and len(prefix) < len(path):
            home, own = "/charts/".join((chart.name, *map(str, prefix))), path[len(prefix) :]
    spelled = re.compile(rf"\.Values\.{re.escape('.'.join(map(str, own)))}(?![\w.])")
    own_files = {file: text for file, text in files.items() if file.startswith(f"{home}/templates/")}
    named = sorted(file for file, text in own_files.items() if spelled.search(text))
    shown = [name.partition("/")[2] for name in named or readers]
    return shown[0] + (f" and {len(shown) - 1} more" if len(shown) > 1 else "")


def _files(chart: Chart, prefix: str) -> Iterator[tuple[str, str]]:
    """The templates of a chart and those below it, by the names that a render gives them."""
    yield from ((f"{prefix}/{path}", text) for path, text in chart.templates.items())
    for path, sub in subcharts(chart):
        home = "/charts/".join((prefix, *map(str, path)))
        yield from ((f"{home}/{name}", text) for name, text in sub.templates.items())


def _pins(tree: Mapping[str, Json], chart: Chart, interpreter: Interpreter, run: Run) -> Iterator[KeyPath]:
    """Values without which the chart generates at random, in the same objects, what they determine."""
    if not draws(chart):
        return
    drawn, shape = _drawn(run), _shape(run)
    for path in leaves(tree):
        if _TELLING.search(str(path[-1])) and isinstance(value_at(tree, path), str):
            without = interpreter.run(Tree({}, tree).without(path).overrides, run.setting, run)
            if _drawn(without) > drawn and _shape(without) == shape:
                yield path


def _shape(run: Run) -> list[str]:
    """The lines of all output up to their values: what objects there are, and with which keys."""
    return [line.partition(":")[0] for found in run.templates.values() for line in found.text.splitlines()]


def _drawn(run: Run) -> int:
    """How many runs of characters of the output come from a random function."""
    return sum(
        1
        for template in run.templates.values()
        for piece in template.pieces
        if piece.source is not None and is_generated(piece.source)
    )
