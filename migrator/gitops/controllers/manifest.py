"""Objects as somebody renders them, reduced to what a controller looks at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from migrator.compare.bodies import unequal, unequal_leaves
from migrator.compare.impacts import impact_of
from migrator.compare.scopes import is_cluster_wide
from migrator.compare.stored.form import stored_form
from migrator.model import Gvk, Impact, Json, ResId, mapping_of

LABEL = "label "
ANNOTATION = "annotation "
FINALIZER = "finalizer "

KEEP = f"{ANNOTATION}helm.sh/resource-policy"
SYNC_OPTIONS = f"{ANNOTATION}argocd.argoproj.io/sync-options"
FLUX_PRUNE = f"{ANNOTATION}kustomize.toolkit.fluxcd.io/prune"
MANAGED_BY = f"{LABEL}app.kubernetes.io/managed-by"
RELEASE_NAME = f"{ANNOTATION}meta.helm.sh/release-name"
RELEASE_NAMESPACE = f"{ANNOTATION}meta.helm.sh/release-namespace"
_METADATA = ("labels", "annotations", "finalizers", "managedFields", "uid", "resourceVersion", "creationTimestamp")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An object in a cluster; the cluster of the controllers has no name."""

    cluster: str
    id: ResId
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.cluster, self.id)))

    def __hash__(self) -> int:  # asked for at each look-up
        return self._hash

    def __str__(self) -> str:
        return f"{self.id} in {self.cluster}" if self.cluster else str(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """An object that is to be, and where."""

    address: Address
    marks: Mapping[str, str]
    """Its labels, annotations and finalizers, each with its sort before its name."""
    content: str
    """A digest of all else."""
    body: Mapping[str, Json] = field(repr=False)

    @property
    def id(self) -> ResId:
        """What it is called in its cluster."""
        return self.address.id

    @property
    def kind(self) -> tuple[str, str]:
        """Its group and kind."""
        return self.address.id.group, self.address.id.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new content does to a live object."""

    fixed: str = ""
    """The first field that the API server refuses to change."""
    restarts: bool = False


def manifest_of(body: Mapping[str, Json], *, cluster: str = "", namespace: str = "") -> Manifest:
    """The object of a document; `namespace` is where it goes if it names none."""
    metadata = mapping_of(body.get("metadata"))
    gvk = Gvk.of(str(body.get("apiVersion") or ""), str(body.get("kind") or ""))
    cluster_wide = is_cluster_wide(gvk.group, gvk.kind)
    res_id = ResId(
        group=gvk.group,
        kind=gvk.kind,
        namespace="" if cluster_wide else str(metadata.get("namespace") or namespace),
        name=str(metadata.get("name") or ""),
    )
    rest = {key: value for key, value in body.items() if key not in ("metadata", "status")}
    rest["metadata"] = {key: value for key, value in metadata.items() if key not in (*_METADATA, "namespace")}
    text = json.dumps(rest, sort_keys=True, default=str)
    return Manifest(
        address=_address(cluster, res_id),
        marks=_marks(metadata),
        content=blake2b(text.encode(), digest_size=12).hexdigest(),
        body=body,
    )


@lru_cache(maxsize=65536)
def _address(cluster: str, res_id: ResId) -> Address:
    """The same address for the same object, so that looking it up compares nothing."""
    return Address(cluster, res_id)


def _marks(metadata: Mapping[str, Json]) -> Mapping[str, str]:
    found = {f"{LABEL}{key}": str(value) for key, value in mapping_of(metadata.get("labels")).items()}
    found |= {f"{ANNOTATION}{key}": str(value) for key, value in mapping_of(metadata.get("annotations")).items()}
    return found | {f"{FINALIZER}{name}": "" for name in metadata.get("finalizers") or ()}


def has_option(marks: Mapping[str, str], option: str) -> bool:
    """Whether the annotation by which Argo CD is told about one object holds an option, as in `Prune=false`."""
    return option in (each.strip() for each in marks.get(SYNC_OPTIONS, "").split(","))


def is_definition(address: Address) -> bool:
    """Whether it is a CustomResourceDefinition."""
    return address.id.kind == "CustomResourceDefinition"


def change_of(before: Manifest, after: Manifest) -> Change:
    """What the API server makes of an object's new content (facts I1 to I3)."""
    if before.content == after.content:
        return Change()
    return _change(_Pair(before, after))


@dataclass(frozen=True, slots=True)
class _Pair:
    before: Manifest
    after: Manifest

    def __hash__(self) -> int:
        return hash((self.before.content, self.after.content))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Pair)
            and self.before.content == other.before.content
            and self.after.content == other.after.content
        )


@lru_cache(maxsize=4096)
def _change(pair: _Pair) -> Change:
    gvk = Gvk.of(str(pair.after.body.get("apiVersion") or ""), str(pair.after.body.get("kind") or ""))
    old, new = (stored_form(each.body).body for each in (pair.before, pair.after))
    found = unequal(old, new)
    fixed, restarts = "", False
    for leaf in unequal_leaves(found) if found is not None else ():
        path = leaf.place.path
        if path[:1] == ("metadata",) and path[1:2] != ("name",):
            continue
        impact = impact_of(gvk, path, leaf.before, leaf.after, body=old, selected=frozenset())
        if impact >= Impact.RECREATE and not fixed and gvk.kind != "CustomResourceDefinition":
            fixed = "/".join(str(key) for key in path)
        restarts |= path[:2] == ("spec", "template") and impact >= Impact.ROLLOUT
    return Change(fixed=fixed, restarts=restarts)
