"""GitHub workflows and actions, and GitLab pipelines: their scripts, their path filters, and words that are paths."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from migrator.model import KeyPath, RepoPath
from migrator.rewrite.automation.configuration.yaml_scalars import Scalar, Yaml, documents
from migrator.rewrite.automation.paths.findings import Book, spliced
from migrator.rewrite.automation.paths.globs import filtered
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import Piece, follow_word, literal, mentions, resolved, told
from migrator.rewrite.automation.scripts.python import read_python
from migrator.rewrite.automation.scripts.shell import PATH_NAME, ScriptError, read_shell
from migrator.yamlio import YamlError

_HERE = RepoPath(".")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_WORKSPACE = re.compile(r"\$\{\{\s*github\.workspace\s*\}\}")
_FILTERS = frozenset({"paths", "paths-ignore", "changes", "exists"})
_TEXTS = frozenset({"name", "run-name", "description", "if", "image", "stage", "ref", "branches", "tags", "needs"})
_PATH_KEYS = frozenset({"working-directory", "path", "local", "directory", "folder", "manifests", "file", "files"})
_SCRIPTS = frozenset({"script", "before_script", "after_script"})
_SHORT = 2
"""`include: file` and `include: [file]` say no more than the file."""
_SHELLS = ("bash", "sh")
_WORD = re.compile(r"[^\s,;]+")


def read_github(text: str, book: Book, moves: Moves) -> None:
    """Follow the paths of a workflow or action; YamlError where it is not YAML."""
    found = documents(text)
    for document in found:
        foreign = _foreign_jobs(document)
        for scalar in document.scalars:
            if scalar.path[:2] in foreign:
                _only_mentioned(scalar, book, moves, "another repository is checked out here")
            elif scalar.path[-1:] == ("run",):
                _run(document, scalar, book, moves)
            else:
                _value(scalar, book, moves)
    _recheck(text, found, book, moves)


def read_gitlab(text: str, book: Book, moves: Moves) -> None:
    """Follow the paths of a pipeline; YamlError where it is not YAML."""
    found = documents(text)
    for document in found:
        for scalar in document.scalars:
            keys = [key for key in scalar.path if isinstance(key, str)]
            is_foreign = document.at(*scalar.path[:-1], "project") is not None and "include" in keys
            if keys and keys[-1] in _SCRIPTS:
                _script(scalar, book, moves, _HERE)
            elif not is_foreign:
                _value(scalar, book, moves, from_root=keys[-1:] == ["local"] or keys[:1] == ["include"])
    _recheck(text, found, book, moves)


def included(text: str) -> tuple[str, ...]:
    """The files of the repository that a pipeline includes, patterns among them; none where it is not YAML."""
    try:
        scalars = [each for document in documents(text) for each in document.scalars]
    except YamlError:
        return ()
    held = [each for each in scalars if each.path[:1] == ("include",)]
    return tuple(each.text.lstrip("/") for each in held if each.path[-1] == "local" or len(each.path) <= _SHORT)


def _recheck(text: str, before: Sequence[Yaml], book: Book, moves: Moves) -> None:
    for old, new in zip(before, documents(spliced(text, book.splices)), strict=True):
        _check_filters(old, new, book, moves)


def _check_filters(document: Yaml, after: Yaml, book: Book, moves: Moves) -> None:
    """A chart that took the place of what a filter let through has to get through it as well."""
    old, new = _filters(document), _filters(after)
    for holder, scalars in old.items():
        patterns = [each.text for each in scalars]
        now = [each.text for each in new.get(holder, ())]
        lost = sorted(
            {heir for path, heir in moves.heirs.items() if filtered(patterns, path)}
            - {heir for heir in moves.heirs.values() if filtered(now, f"{heir}/values.yaml")}
        )
        if lost and "ignore" not in str(holder[-1]):
            book.note(scalars[0].start, f"changes in {', '.join(lost)} pass none of these patterns any more")


def _filters(document: Yaml) -> Mapping[KeyPath, Sequence[Scalar]]:
    """The lists of path patterns, by their places."""
    found: dict[KeyPath, list[Scalar]] = {}
    for scalar in document.scalars:
        if scalar.path[-2:-1] and scalar.path[-2] in ("paths", "changes") and isinstance(scalar.path[-1], int):
            found.setdefault(scalar.path[:-1], []).append(scalar)
    return found


def _foreign_jobs(document: Yaml) -> frozenset[KeyPath]:
    """Jobs whose folder is the checkout of another repository."""
    found = set()
    for scalar in document.scalars:
        if scalar.path[-2:] == ("with", "repository") and document.at(*scalar.path[:-1], "path") is None:
            uses = document.at(*scalar.path[:-2], "uses") or ""
            if uses.startswith("actions/checkout") and "github.repository" not in scalar.text:
                found.add(scalar.path[:2])
    return frozenset(found)


def _run(document: Yaml, scalar: Scalar, book: Book, moves: Moves) -> None:
    place = _default(document, scalar.path, "working-directory")
    place = _WORKSPACE.sub(".", place or ".")
    base = resolved(place, _HERE) if "${{" not in place else None
    shell = (_default(document, scalar.path, "shell") or "bash").split()[0]
    if shell == "python" and scalar.origin:
        inner = Book()
        read_python(_opened(scalar.text), inner, moves, base=base)
        book.take(inner, scalar.origin)
    elif shell in _SHELLS:
        _script(scalar, book, moves, base)
    else:
        _only_mentioned(scalar, book, moves, f"scripts of {shell} are not read")


def _default(document: Yaml, path: KeyPath, key: str) -> str | None:
    """`working-directory` or `shell` of a step, of its job, or of the workflow."""
    for holder in (path[:-1], (*path[:2], "defaults", "run"), ("defaults", "run")):
        found = document.at(*holder, key)
        if found is not None:
            return found
    return None


def _script(scalar: Scalar, book: Book, moves: Moves, base: RepoPath | None) -> None:
    if scalar.origin is None:
        _only_mentioned(scalar, book, moves, "it is written with escapes")
        return
    inner = Book()
    try:
        read_shell(_opened(scalar.text), inner, moves, base=base)
    except ScriptError as error:
        _only_mentioned(scalar, book, moves, f"the script is not understood ({error} of it)")
        return
    book.take(inner, scalar.origin)


def _opened(text: str) -> str:
    """A script with each `${{ expression }}` as a variable of the same length."""

    def variable(found: re.Match[str]) -> str:
        name = "GITHUB_WORKSPACE" if _WORKSPACE.fullmatch(found[0]) else ""
        return "${" + name.ljust(len(found[0]) - 3, "_") + "}"

    return _EXPRESSION.sub(variable, text)


def _value(scalar: Scalar, book: Book, moves: Moves, *, from_root: bool = False) -> None:
    """Path filters, and words with a slash in any other value."""
    keys = [key for key in scalar.path if isinstance(key, str)]
    if not keys or set(keys[-1:]) & _TEXTS:
        return
    if scalar.origin is None:
        _only_mentioned(scalar, book, moves, "it is written with escapes")
        return
    inherits = bool(set(keys) & _FILTERS)
    is_variable = keys[-2:-1] in (["env"], ["variables"]) and PATH_NAME.fullmatch(keys[-1]) is not None
    is_path = is_variable or keys[-1] in _PATH_KEYS
    if keys[-1] == "uses" and not scalar.text.startswith("./"):
        return
    inner = Book()
    for found in _WORD.finditer(_EXPRESSION.sub(lambda each: "\1" * len(each[0]), scalar.text)):
        start = found.start()
        word = found[0]
        skip = 1 if inherits and word.startswith("!") else 0
        if from_root or keys[-1] == "local":
            skip += 1 if word[skip:].startswith("/") else 0
        pieces = _pieces(word[skip:], start + skip)
        follow_word(inner, pieces, _HERE, moves, is_path=is_path and found[0] == scalar.text.strip(), inherits=inherits)
    book.take(inner, scalar.origin)


def _pieces(word: str, start: int) -> tuple[Piece, ...]:
    """A word whose expressions are only known in a run."""
    found: list[Piece] = []
    for part in re.finditer(r"\x01+|\$\{?\w+\}?|[^\x01$]+|\$", word):
        if part[0][0] in "\1$":
            found.append(Piece(text=None, start=start + part.start(), end=start + part.end(), is_fixed=True))
        else:
            found += literal(part[0], start + part.start())
    return tuple(found)


def _only_mentioned(scalar: Scalar, book: Book, moves: Moves, why: str) -> None:
    for offset, path in mentions(scalar.text, moves):
        at = scalar.origin[offset] if scalar.origin is not None else scalar.start
        book.note(at, f"{told(path, moves.places[path])}; it was not changed, as {why}")
