"""Renovate and Dependabot: the files and folders that they look at."""

from __future__ import annotations

import re

from migrator.model import RepoPath
from migrator.rewrite.automation.configuration.json_strings import JsonString, json_strings, opening
from migrator.rewrite.automation.configuration.yaml_scalars import documents
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.globs import GLOB_SIGN
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import follow_word, literal

_GLOBS = frozenset({"includePaths", "ignorePaths", "matchFileNames", "matchPaths", "excludePaths"})
_REGEXES = frozenset({"fileMatch", "managerFilePatterns"})
_ROOT = RepoPath(".")
_ENVIRONMENT_VALUES = re.compile(r"values-[^/]+\.ya?ml")


def read_renovate(text: str, book: Book, moves: Moves) -> None:
    """Follow the patterns of a Renovate configuration; ScriptError where it is not JSON5."""
    strings = json_strings(text)
    for each in strings:
        keys = {key for key in each.path if isinstance(key, str)}
        if keys & _GLOBS:
            if each.text == each.raw:
                skip = 1 if each.raw.startswith("!") else 0
                follow_word(
                    book, literal(each.raw[skip:], each.start + skip), _ROOT, moves, is_path=True, inherits=True
                )
        elif keys & _REGEXES:
            _pattern(each, book, moves)
    _values_files(text, strings, book, moves)


def read_dependabot(text: str, book: Book, moves: Moves) -> None:
    """Follow the folders of a Dependabot configuration; YamlError where it is not YAML."""
    for document in documents(text):
        for scalar in document.scalars:
            if not {"directory", "directories"} & set(scalar.path) or scalar.origin is None:
                continue
            skip = 1 if scalar.text.startswith("/") else 0
            inner = Book()
            follow_word(inner, literal(scalar.text[skip:], skip), _ROOT, moves, is_path=True, inherits=True)
            book.take(inner, scalar.origin)


def _pattern(each: JsonString, book: Book, moves: Moves) -> None:
    """A regular expression over paths: a folder that it spells out is replaced if the same files match then."""
    text = each.text
    is_regex = text is not None and text.startswith("/") and text.rstrip("i").endswith("/")
    if text is not None and each.path[-2:-1] == ("managerFilePatterns",) and not is_regex:
        if text == each.raw and GLOB_SIGN.search(text):
            follow_word(book, literal(text, each.start), _ROOT, moves, is_path=True, inherits=True)
        return
    body = (text or "").rstrip("i")[1:-1] if is_regex else text
    try:
        regex = re.compile(body or "")
    except re.error:
        return
    hits = [path for path in moves.files if regex.search(path)]
    if not hits:
        return
    kept = {moves.files.get(path, path) for path in moves.before if regex.search(path)} - {None}
    images = {moves.files.get(path, path) for path in moves.before} - {None}
    if kept == {path for path in images if path is not None and regex.search(path)} and kept:
        return
    for folder, place in sorted(moves.places.items(), key=lambda item: -len(item[0])):
        target = place.path
        found = re.search(rf"(?<![\w-]){re.escape(folder)}(?![\w-])", each.raw)
        if found is None or target is None or "." in target:
            continue
        now = re.compile(re.sub(rf"(?<![\w-]){re.escape(folder)}(?![\w-])", target, body or "", count=1))
        matched = {path for path in images if path is not None and now.search(path)}
        if matched == kept:
            book.replace(each.start + found.start(), each.start + found.end(), target)
            return
    book.note(each.start, f"the pattern {text} matched {min(hits)}, which is somewhere else now")


def _values_files(text: str, strings: tuple[JsonString, ...], book: Book, moves: Moves) -> None:
    """Renovate's helm-values manager looks at `values.yaml` alone: those of environments would be missed (fact S4)."""
    made = sorted(path for path in moves.after - moves.before if _ENVIRONMENT_VALUES.fullmatch(path.rpartition("/")[2]))
    if not made or '"helm-values"' in text or "helm-values:" in text or not strings:
        return
    if any("enabledManagers" in each.path for each in strings) and not any(
        each.text == "helm-values" for each in strings
    ):
        book.note(0, f"enabledManagers has no helm-values: images in {made[0]} are not updated")
        return
    first = opening(text)
    if first is None:
        return
    begin = first + 1
    found = re.match(r"(\r?\n)([ \t]*)", text[begin:])
    if found is None:
        book.note(0, f"the helm-values manager does not look at {made[0]}: give it a pattern for values-*.yaml")
        return
    line, indent = found[1], found[2]
    added = (
        f'{line}{indent}"helm-values": {{{line}{indent}{indent}"managerFilePatterns": '
        f'["/(^|/)values(-[^/]+)?\\\\.ya?ml$/"]{line}{indent}}},'
    )
    book.replace(begin, begin, added)
