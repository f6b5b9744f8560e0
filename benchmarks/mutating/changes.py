"""One random change of one file of a repository."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

Place = tuple[Any, Any]
"""A map or list, and the key or index in it."""

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lock", (".migrate/lock.yaml",)),
    ("allowances", (".migrate/rules/allowances/*.yaml",)),
    ("signatures", (".migrate/rules/signatures/*/*.yaml",)),
    ("configuration", ("migrate.yaml",)),
    ("vendored charts", ("helm-charts/*/*/charts/*", "helm-charts/*/*/charts/*/*", "helm-charts/*/*/charts/*/*/*")),
    ("Chart.yaml", ("helm-charts/*/*/Chart.yaml",)),
    ("Chart.lock", ("helm-charts/*/*/Chart.lock",)),
    ("values", ("helm-charts/*/*/values*.yaml",)),
    ("GitOps objects", ("platform/argocd/*", "platform/argocd/*/*", "platform/argocd/*/*/*")),
    ("kustomizations", ("*/kustomization.yaml",)),
    ("patches", ("*/patches/*", "components/*/*")),
)
"""The first that fits says what a file is; the rest are manifests."""

WEIGHTS = {
    "lock": 4,
    "allowances": 1,
    "signatures": 1,
    "configuration": 2,
    "vendored charts": 4,
    "Chart.yaml": 2,
    "Chart.lock": 2,
    "values": 5,
    "kustomizations": 4,
    "patches": 3,
    "GitOps objects": 2,
    "manifests": 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was done, to be read and to be done again with the same seed."""

    kind: str
    how: str
    file: str
    detail: str


def kind_of(file: str) -> str:
    """What a file of a repository is."""
    for kind, patterns in _KINDS:
        if any(PurePosixPath(file).match(each) for each in patterns):
            return kind
    return "manifests"


def changed(tree: Path, chance: random.Random) -> Change:
    """One change of the tree, written there."""
    while True:
        files: dict[str, list[str]] = {}
        for path in sorted(tree.rglob("*")):
            file = path.relative_to(tree).as_posix()
            if path.is_file() and not file.startswith(".git/"):
                files.setdefault(kind_of(file), []).append(file)
        kinds = sorted(files)
        kind = chance.choices(kinds, [WEIGHTS[each] for each in kinds])[0]
        file = chance.choice(files[kind])
        how = chance.choices(list(HOW), [weight for weight, _ in HOW.values()])[0]
        before = (tree / file).read_bytes()
        detail = HOW[how][1](tree / file, chance)
        if detail and not ((tree / file).is_file() and (tree / file).read_bytes() == before and how != "new file"):
            return Change(kind=kind, how=how, file=file, detail=detail)


def _places(value: Any) -> Iterator[Place]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _structured(change: Callable[[random.Random, list[Any]], str]) -> Callable[[Path, random.Random], str]:
    """A change of the data of a YAML file; nothing where there is none."""

    def write(path: Path, chance: random.Random) -> str:
        try:
            documents = list(yaml.safe_load_all(path.read_text()))
        except (yaml.YAMLError, UnicodeDecodeError):
            return ""
        if not any(isinstance(each, dict | list) for each in documents):
            return ""
        detail = change(chance, documents)
        if detail:
            path.write_text(yaml.safe_dump_all(documents, sort_keys=False))
        return detail

    return write


def _scalar(chance: random.Random, documents: list[Any]) -> str:
    places = [(owner, key) for owner, key in _places(documents) if not isinstance(owner[key], dict | list)]
    if not places:
        return ""
    owner, key = chance.choice(places)
    old = owner[key]
    owner[key] = chance.choice(_others(old))
    return f"{key}: {old!r} -> {owner[key]!r}"


def _others(old: Any) -> list[Any]:
    if isinstance(old, bool):
        return [not old]
    if isinstance(old, int | float):
        return [old + 1, old - 1, old * 10 + 7, str(old), None]
    text = "" if old is None else str(old)
    middle = len(text) // 2
    return [f"{text}x", text[:middle] + "z" + text[middle + 1 :], text.upper(), f" {text}", "", None, {"odd": text}]


def _gone(chance: random.Random, documents: list[Any]) -> str:
    owner, key = chance.choice(list(_places(documents)))
    old = owner.pop(key)
    return f"without {key}: {str(old)[:60]}"


def _twice(chance: random.Random, documents: list[Any]) -> str:
    places = [(owner, key) for owner, key in _places(documents) if isinstance(owner, list)]
    owner, key = chance.choice(places)
    owner.insert(chance.randint(0, len(owner)), owner[key])
    return f"twice: {str(owner[key])[:60]}"


def _moved(chance: random.Random, documents: list[Any]) -> str:
    places = [each[key] for each, key in _places([documents]) if isinstance(each[key], list) and len(each[key]) > 1]
    if not places:
        return ""
    items = chance.choice(places)
    items.append(items.pop(chance.randrange(len(items) - 1)))
    return f"moved to the end: {str(items[-1])[:60]}"


def _more(chance: random.Random, documents: list[Any]) -> str:
    owners = [owner[key] for owner, key in _places([documents]) if isinstance(owner[key], dict)]
    owner = chance.choice(owners)
    key, value = (
        chance.choice(["extra", "replicas", "enabled", "namespace"]),
        chance.choice(["more", 7, True, {"a": 1}]),
    )
    if key in owner:
        return ""
    owner[key] = value
    return f"new key {key}: {value}"


def _sorted(chance: random.Random, documents: list[Any]) -> str:
    owners = [owner[key] for owner, key in _places([documents]) if isinstance(owner[key], dict) and len(owner[key]) > 1]
    if not owners:
        return ""
    owner = chance.choice(owners)
    items = sorted(owner.items(), key=str, reverse=True)
    owner.clear()
    owner.update(items)
    return f"keys in another order: {', '.join(map(str, owner))[:60]}"


def _line_gone(path: Path, chance: random.Random) -> str:
    return _lines(path, chance, lambda lines, at: [lines.pop(at)])


def _line_twice(path: Path, chance: random.Random) -> str:
    return _lines(path, chance, lambda lines, at: lines.insert(at, lines[at]))


def _comment(path: Path, chance: random.Random) -> str:
    return _lines(path, chance, lambda lines, at: lines.insert(at, "# a remark\n"))


def _lines(path: Path, chance: random.Random, change: Callable[[list[str], int], object]) -> str:
    try:
        lines = path.read_text().splitlines(keepends=True)
    except UnicodeDecodeError:
        return ""
    if not lines:
        return ""
    at = chance.randrange(len(lines))
    old = lines[at].strip()
    change(lines, at)
    path.write_text("".join(lines))
    return f"line {at + 1}: {old[:60]}"


def _byte(path: Path, chance: random.Random) -> str:
    data = bytearray(path.read_bytes())
    if not data:
        return ""
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(7)
    path.write_bytes(data)
    return f"byte {at}"


def _file_gone(path: Path, _: random.Random) -> str:
    path.unlink()
    return "deleted"


def _renamed(path: Path, _: random.Random) -> str:
    path.rename(path.with_name(f"other-{path.name}"))
    return f"other-{path.name}"


def _new_file(path: Path, chance: random.Random) -> str:
    name = chance.choice([f"more-{path.name}", "more.yaml", "values-extra.yaml", "more-1.0.0.tgz", "kustomization.yml"])
    new = path.with_name(name)
    if new.exists():
        return ""
    new.write_bytes(path.read_bytes())
    return name


HOW: Mapping[str, tuple[int, Callable[[Path, random.Random], str]]] = {
    "scalar": (10, _structured(_scalar)),
    "key gone": (4, _structured(_gone)),
    "item twice": (2, _structured(_twice)),
    "item moved": (2, _structured(_moved)),
    "new key": (3, _structured(_more)),
    "keys sorted": (1, _structured(_sorted)),
    "line gone": (2, _line_gone),
    "line twice": (1, _line_twice),
    "comment": (1, _comment),
    "byte": (3, _byte),
    "file gone": (1, _file_gone),
    "file renamed": (1, _renamed),
    "new file": (1, _new_file),
}
"""Name -> how often, and what it does; it says what it did, and nothing where it could do nothing."""
