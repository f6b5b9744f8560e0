"""Many differences -> few groups of like ones, each with what it is about in words and the patterns that mean it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator.model import Difference, DifferenceKind, Impact, KeyPath
from migrator.plan.json_patch import pointer

_HOOK = "helm.sh/hook"
_HASHED = "name with a hash"
_METADATA = {"labels": "label", "annotations": "annotation"}
_SELECTORS = frozenset({"selector", "podSelector"})
_DEEPEST = 2
"""Keys that tell a place in a pod, or in another spec, from the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Differences of one family that do the same to a cluster."""

    family: str
    """What each of them is, in the singular: `pod label`."""
    impact: Impact
    """The gravest of them."""
    privilege: bool
    admitted: bool
    why: str
    differences: tuple[Difference, ...]
    """Each once, whatever the number of environments; the gravest first."""
    environments: tuple[str, ...]
    only: tuple[str, ...]
    """Patterns of their ids, as an entry of `accept` has them."""

    @property
    def title(self) -> str:
        """`14 hook annotations on 7 objects`."""
        count = len(self.differences)
        objects = {difference.resource for difference in self.differences}
        kinds = {each.kind for each in objects}
        if not self.differences[0].path:
            return plural(count, self.family)
        held = plural(len(objects), kinds.pop() if len(kinds) == 1 else "object")
        return f"{plural(count, self.family)} on {held}"

    def __str__(self) -> str:
        return f"{self.title}: {self.impact}{', widens privileges' if self.privilege else ''}"


def grouped(differences: Mapping[str, Sequence[Difference]]) -> tuple[Group, ...]:
    """The differences of all environments in groups: what nothing admits first, then the gravest, then the largest."""
    found: dict[tuple[object, ...], dict[str, Difference]] = defaultdict(dict)
    environments: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for environment, each in ((name, each) for name in sorted(differences) for each in differences[name]):
        family, _ = _place(each)
        # the marks of a hook go with the hook, a name with all that name it: one means nothing without the others
        is_whole = family.startswith("hook ") or family == _HASHED
        key = (family, None if is_whole else each.impact, each.privilege, each.admitted, each.why)
        found[key].setdefault(each.id, each)
        environments[key].add(environment)
    groups = [_group(list(each.values()), environments[key]) for key, each in found.items()]
    return tuple(sorted(groups, key=lambda each: (each.admitted, -each.impact, -len(each.differences), each.title)))


def plural(count: int, noun: str) -> str:
    """`1 label`, `3 labels`, `2 NetworkPolicies`, `2 differences in spec.strategy`."""
    if count == 1:
        return f"1 {noun}"
    mark = next((each for each in (" in ", " only ", " under ", " with ") if each in noun), "\0")
    word, space, rest = noun.partition(mark)
    if word.endswith("y"):
        word = f"{word[:-1]}ie"
    elif word.endswith(("s", "x")):
        word = f"{word}e"
    return f"{count} {word}s{space}{rest}"


def listed_groups(groups: Sequence[Group], most: int = 3) -> str:
    """`14 hook annotations on 7 objects, 6 pod labels on 3 objects and 2 more groups`."""
    titles = list(dict.fromkeys(each.title for each in groups))
    more = plural(len(titles) - most, "more group") if len(titles) > most else ""
    return ", ".join(titles[:most]) + (f" and {more}" if more else "")


def _group(differences: Sequence[Difference], environments: Iterable[str]) -> Group:
    ordered = sorted(differences, key=lambda each: (-each.impact, each.id))
    first = ordered[0]
    return Group(
        family=_place(first)[0],
        impact=first.impact,
        privilege=first.privilege,
        admitted=first.admitted,
        why=first.why,
        differences=tuple(ordered),
        environments=tuple(sorted(environments)),
        only=_patterns(ordered),
    )


def _patterns(differences: Sequence[Difference]) -> tuple[str, ...]:
    """What must be named is named by its ids; all else by kind and place."""
    first = differences[0]
    if first.privilege or first.impact is Impact.DATA_LOSS or not first.path:
        return tuple(each.id for each in differences)
    kinds: dict[str, set[str]] = defaultdict(set)
    for each in differences:
        kinds[_place(each)[1]].add(each.id.partition("/")[0])
    return tuple(
        f"{min(found)}/**#{place}" if len(found) == 1 else f"**#{place}" for place, found in sorted(kinds.items())
    )


def _place(difference: Difference) -> tuple[str, str]:
    """The family of a difference, and a pattern of the places that are of its family."""
    path, name = difference.path, [key for key in difference.path if isinstance(key, str)]
    if not path and difference.counterpart is not None:
        return "object under another name", ""
    if not path:
        return ("object only before" if difference.kind is DifferenceKind.REMOVED else "object only after"), ""
    if difference.kind is DifferenceKind.HASH:
        return _HASHED, _glob(path)
    if difference.is_order:
        return f"difference in the order of {name[-1]}", _glob(path)
    if name[:2] == ["metadata", "annotations"] and name[2:] and name[2].startswith(_HOOK):
        return "hook annotation", f"{pointer(('metadata', 'annotations', _HOOK))}*"
    if name[0] == "metadata" and len(name) > 1:
        return _METADATA.get(name[1], f"difference in metadata.{name[1]}"), f"{_glob(path[:2])}/**"
    if "template" in name:
        return _place_in_pod(path)
    if name[0] == "spec" and len(name) > 1 and name[1] in _SELECTORS:
        return "selector label", f"{_glob(path[:2])}/**"
    if name == ["spec", "replicas"]:
        return "replica count", _glob(path)
    deep = _DEEPEST if name[0] == "spec" else 1  # other objects hold maps of data, or one list
    return f"difference in {'.'.join(name[:deep])}", f"{_glob(_start(path, deep))}/**"


def _place_in_pod(path: KeyPath) -> tuple[str, str]:
    at = path.index("template") + 1
    inside = path[at:]
    if len(inside) > 1 and inside[0] == "metadata" and inside[1] in _METADATA:
        return f"pod {_METADATA[str(inside[1])]}", f"{_glob(path[: at + 2])}/**"
    held = inside[1:] if inside[:1] == ("spec",) else inside
    start = _start(held, _DEEPEST)
    words = ".".join(key for key in start if isinstance(key, str))
    return f"difference in pods' {words}" if words else "difference in pods", (
        f"{_glob((*path[: len(path) - len(held)], *start))}/**"
    )


def _start(path: KeyPath, keys: int) -> KeyPath:
    """The path as far as so many of its keys, indexes between them."""
    seen = 0
    for index, key in enumerate(path):
        seen += isinstance(key, str)
        if seen == keys:
            return path[: index + 1]
    return path


def _glob(path: KeyPath) -> str:
    """The pointer of a path, with any index in the place of an index."""
    return "".join(f"/{'*' if isinstance(key, int) else pointer((key,))[1:]}" for key in path)
