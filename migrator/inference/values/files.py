"""The bytes of values files: written once, for the verdict, for the repository and for readers."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.inference.types import SplitValues
from migrator.model import Json, KeyPath
from migrator.templates.chart import GLOBAL
from migrator.yamlio import dump

WIDTH = 100
"""Columns that a comment may reach."""
_INDENT = 2


def values_files(
    values: SplitValues, environment: str, chart: tuple[str, str], *, below: str = "", common_file: str = "values.yaml"
) -> tuple[str, ...]:
    """The values files of an environment, in the order in which helm reads them: the common one, and its own if any.

    `chart` is name and version; `below` is the name of a dependency, under which an umbrella's values stand. There
    `global` comes to the top, where all charts share it.
    """
    name, version = chart
    parts: list[tuple[str, Mapping[str, Json], Mapping[KeyPath, str]]] = [
        (f"Values of {name} {version} in every environment.", values.common, dict(values.notes))
    ]
    own = values.environments.get(environment)
    if own:
        about = f"What {environment} adds to {common_file}; lists replace, they do not add."
        parts.append((about, own, _own_notes(values)))
    # at the top a null only hides itself; below the dependency's name it deletes the chart's default (fact D5)
    is_shared = bool(below) and not any(
        _has_null(part.get(GLOBAL, {})) for part in (values.common, *values.environments.values())
    )
    return tuple(_text(part, about, notes, below, is_shared=is_shared) for about, part, notes in parts)


def values_texts(values: SplitValues) -> Mapping[str, str]:
    """Environment, "" for the common part -> what a reader is shown of its values; parts without any are left out."""
    shown = {"": dump(dict(values.common), comments=_fitting(dict(values.notes)))} if values.common else {}
    for name in sorted(values.environments):
        if values.environments[name]:
            shown[name] = dump(dict(values.environments[name]), comments=_fitting(_own_notes(values)))
    return shown


def _own_notes(values: SplitValues) -> Mapping[KeyPath, str]:
    """The comments of an environment's file: what the common file holds is explained there."""
    return {path: text for path, text in values.notes if not _holds(values.common, path)}


def _text(part: Mapping[str, Json], about: str, notes: Mapping[KeyPath, str], below: str, *, is_shared: bool) -> str:
    tree, comments = dict(part), dict(notes)
    if below:
        top = {GLOBAL: tree.pop(GLOBAL)} if is_shared and GLOBAL in tree else {}
        comments = {(path if path[0] in top else (below, *path)): text for path, text in comments.items()}
        tree = {**top, below: tree} if tree or not top else top
    fitting = _fitting(comments)
    first = next(iter(tree), None)
    if first is None:
        return dump(tree, comments={(): about})
    head = "\n".join(filter(None, (about, fitting.get((first,)))))
    return dump(tree, comments={**fitting, (first,): head})


def _fitting(notes: Mapping[KeyPath, str]) -> dict[KeyPath, str]:
    widths = {path: WIDTH - _INDENT * (len(path) - 1) - len("# ") for path in notes}
    return {path: "\n".join(_cut(line, widths[path]) for line in text.split("\n")) for path, text in notes.items()}


def _cut(text: str, width: int) -> str:
    """The text in one line of at most so many characters, cut between words."""
    if len(text) <= width:
        return text
    return text[: width - 3].rsplit(" ", 1)[0].rstrip(" ,;:") + "..."


def _holds(tree: Json, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(tree, Mapping) or key not in tree:
            return False
        tree = tree[key]
    return True


def _has_null(value: Json) -> bool:
    if isinstance(value, Mapping):
        return any(_has_null(child) for child in value.values())
    if isinstance(value, list | tuple):
        return any(_has_null(child) for child in value)
    return value is None
