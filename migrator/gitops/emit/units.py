"""What is deployed on its own: a release, or a kustomization, of one environment."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, ResId, Resource

_LONGEST = 63
_ODD = re.compile(r"[^a-z0-9-]+")
LARGEST_APPLIED = 262_144
"""Bytes of an object beyond which only server-side apply takes it (fact C3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One thing that one object of a GitOps tool deploys."""

    environment: str
    name: str
    """Short and unique within the environment: `cert-manager`, `api`."""
    path: RepoPath
    """Of its umbrella chart or kustomization."""
    namespace: str
    """Where objects go that name none; empty where all of them name one."""
    objects: tuple[Resource, ...] = field(repr=False)
    is_infrastructure: bool
    inflates: bool = False
    """Whether it is a kustomization that inflates charts."""
    release: LockedRelease | None = None
    values: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """All values of a release as its public chart takes them, without the umbrella around it."""
    patches: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The kustomization behind its chart: `patches`, `labels`, ...; empty where there is none."""

    @property
    def key(self) -> tuple[str, str]:
        return self.environment, self.name

    @property
    def ids(self) -> frozenset[ResId]:
        return frozenset(each.id for each in self.objects)

    @property
    def is_large(self) -> bool:
        """Whether an object of it is too large for the annotation of a client-side apply (fact C3)."""
        definitions = (each for each in self.objects if each.gvk.kind in ("CustomResourceDefinition", "ConfigMap"))
        return any(_size(each.body) > LARGEST_APPLIED for each in definitions)


def _size(body: Json) -> int:
    """Bytes of compact JSON, as kubectl and Argo CD write it into the annotation."""
    return len(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())


def named(units: Iterable[Unit], common_folders: frozenset[str]) -> tuple[Unit, ...]:
    """The units with names: of a release that of its component, of a kustomization the telling folder of its path."""
    found = list(units)
    taken = Counter((each.environment, each.release.component) for each in found if each.release is not None)
    done = [replace(each, name=plain_name(each.release.component)) for each in found if each.release is not None]
    done += _by_path([each for each in found if each.release is None], common_folders, taken)
    return tuple(sorted(done, key=lambda each: (each.environment, each.release is None, each.name)))


def _by_path(units: Sequence[Unit], common: frozenset[str], taken: Counter[tuple[str, str]]) -> list[Unit]:
    """Kustomizations by as few of the last telling folders as tell them apart."""
    telling = {each.path: _telling(each, common) for each in units}
    done: list[Unit] = []
    for unit in units:
        parts = telling[unit.path]
        others = [telling[each.path] for each in units if each.environment == unit.environment and each != unit]
        count = next((n for n in range(1, len(parts)) if all(parts[-n:] != other[-n:] for other in others)), len(parts))
        name = plain_name("-".join(parts[-count:]))
        done.append(replace(unit, name=f"{name}-extras" if taken[unit.environment, name] else name))
    again = Counter(each.key for each in done)
    return [
        each if again[each.key] == 1 else replace(each, name=plain_name(each.path.replace("/", "-"))) for each in done
    ]


def _telling(unit: Unit, common: frozenset[str]) -> tuple[str, ...]:
    parts = [part for part in unit.path.split("/") if part not in ("", ".")]
    told = tuple(part for part in parts if part not in common and part != unit.environment)
    return told or ("applications",)


def plain_name(text: str) -> str:
    """The text as a name that Kubernetes takes, 63 characters at most."""
    name = _ODD.sub("-", text.lower()).strip("-") or "unnamed"
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def is_below(path: RepoPath, pattern: str) -> bool:
    """Whether a path lies in the folder that a pattern of a layout starts with."""
    folder = posixpath.dirname(pattern.split("{", 1)[0] + "x") if pattern else ""
    return bool(folder) and f"{path}/".startswith(f"{folder}/")
