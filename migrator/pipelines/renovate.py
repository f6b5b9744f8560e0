"""Renovate sees what the migration made: values of environments, and HelmReleases or Applications that name charts.

It finds Chart.yaml by itself (docs.renovatebot.com/modules/manager/helmv3), of values files `values.yaml` alone
(modules/manager/helm-values), and of the objects of Flux and Argo CD nothing that is not told (modules/manager/flux,
modules/manager/argocd).
"""

from __future__ import annotations

import fnmatch
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from migrator.model import Json, RepoPath
from migrator.rewrite.automation.configuration.json_strings import JsonString, json_strings, opening
from migrator.rewrite.automation.scripts.shell import ScriptError

NEW = RepoPath("renovate.json")
PACKAGE = RepoPath("package.json")
"""Where it looks last, and where a configuration would count no more beside a file of its own."""
PLACES = tuple(
    RepoPath(name)
    for name in (
        "renovate.json",
        "renovate.json5",
        ".github/renovate.json",
        ".github/renovate.json5",
        ".gitlab/renovate.json",
        ".gitlab/renovate.json5",
        ".renovaterc",
        ".renovaterc.json",
        ".renovaterc.json5",
    )
)
"""Where Renovate looks, in its order (docs.renovatebot.com/configuration-options)."""
_VALUES = r"(^|/)values(-[^/]+)?\.ya?ml$"
_KEYS = ("managerFilePatterns", "fileMatch")

Wanted = Mapping[str, tuple[str, RepoPath]]
"""Manager -> the regular expression for its files, and one of these; empty where its own patterns do."""


class CannotExtendError(Exception):
    """Why the configuration has to be extended by hand."""


def wanted_of(values: Iterable[RepoPath], below: Mapping[str, Mapping[RepoPath, RepoPath]]) -> Wanted:
    """What Renovate has to look at: values files of environments, and by manager folders, each with a file in it."""
    found: dict[str, tuple[str, RepoPath]] = {"helmv3": ("", RepoPath("Chart.yaml"))}
    files = sorted(values)
    if files:
        is_usual = all(re.search(_VALUES, each) for each in files)
        folders = sorted({posixpath.dirname(each) for each in files})
        found["helm-values"] = (_VALUES if is_usual else _below(folders), files[0])
    for manager, each in sorted(below.items()):
        if each:
            found[manager] = (_below(sorted(each)), each[min(each)])
    return found


def _below(folders: Sequence[str]) -> str:
    """A regular expression for the files of YAML below the folders, of which an empty one is the whole repository."""
    tops = [each for each in folders if not any(each.startswith(f"{one}/") for one in folders)]
    if not all(tops):
        return r"\.ya?ml$"
    names = [re.sub(r"[^\w/ -]", lambda found: f"\\{found[0]}", each) for each in tops]
    either = "|".join(names)
    return (f"^({either})/" if len(names) > 1 else f"^{either}/") + r".+\.ya?ml$"


def new_configuration(wanted: Wanted) -> str:
    """A configuration of its own."""
    held: dict[str, Json] = {
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "extends": ["config:recommended"],
        **{name: {_KEYS[0]: [f"/{pattern}/"]} for name, (pattern, _) in wanted.items() if pattern},
    }
    return json.dumps(held, indent=2) + "\n"


def extended(text: str, wanted: Wanted) -> str:
    """The configuration with what is missing, every other character as it was; raises CannotExtendError."""
    try:
        strings = json_strings(text)
        begin = opening(text)
    except ScriptError as error:
        raise CannotExtendError(f"it is not understood ({error})") from None
    if begin is None:
        raise CannotExtendError("it is no object")
    inserts = [*_managers(text, strings, wanted), *_patterns(text, strings, wanted, begin + 1)]
    for at, added in sorted(inserts, reverse=True):
        text = text[:at] + added + text[at:]
    with suppress(ScriptError):
        json_strings(text)
        return text
    raise CannotExtendError("its form leaves no place for more")


def _managers(text: str, strings: Sequence[JsonString], wanted: Wanted) -> Iterator[tuple[int, str]]:
    """Entries of `enabledManagers`, where there is such a list."""
    enabled = [each for each in strings if each.path[:1] == ("enabledManagers",)]
    missing = [name for name in wanted if name not in {each.text for each in enabled}]
    if enabled and missing:
        yield enabled[0].start - 1, "".join(f'"{name}",{_gap(text, enabled[0])}' for name in missing)


def _patterns(text: str, strings: Sequence[JsonString], wanted: Wanted, begin: int) -> Iterator[tuple[int, str]]:
    new = []
    for manager, (pattern, sample) in wanted.items():
        held = [each for each in strings if each.path[:1] == (manager,) and each.path[1:2] and each.path[1] in _KEYS]
        if not pattern or any(_matches(each, sample) for each in held):
            continue
        if held:
            words = pattern if held[0].path[1] == "fileMatch" else f"/{pattern}/"
            yield held[0].start - 1, f"{json.dumps(words)},{_gap(text, held[0])}"
        elif re.search(rf"""["']?{re.escape(manager)}["']?\s*:""", text):
            raise CannotExtendError(f"{manager} is there without patterns of files")
        else:
            new.append((manager, pattern))
    if new:
        yield begin, _members(text, new, begin)


def _gap(text: str, first: JsonString) -> str:
    """What stands between two items of the list whose first one this is."""
    end = first.start - 1
    before = text[:end].rstrip(" \t")
    return f"\n{text[len(before) : end]}" if before.endswith("\n") else " "


def _members(text: str, new: Sequence[tuple[str, str]], begin: int) -> str:
    found = re.match(r"(\r?\n)([ \t]*)", text[begin:])
    line, indent = (found[1], found[2]) if found and found[2] else ("\n", "  ")
    members = (
        f'{line}{indent}"{name}": {{{line}{indent}{indent}"{_KEYS[0]}": [{json.dumps(f"/{pattern}/")}]{line}{indent}}}'
        for name, pattern in new
    )
    is_empty = text[begin:].lstrip().startswith("}")
    return ",".join(members) + ("" if is_empty else ",")


def _matches(each: JsonString, sample: RepoPath) -> bool:
    pattern = each.text
    if pattern is None:
        return False
    is_regex = each.path[1] == "fileMatch" or (pattern.startswith("/") and pattern.rstrip("i").endswith("/"))
    if not is_regex:
        return fnmatch.fnmatchcase(sample, pattern.replace("**/", "*"))
    body = pattern if each.path[1] == "fileMatch" else pattern.rstrip("i")[1:-1]
    try:
        return re.search(body, sample) is not None
    except re.error:
        return False
