"""The frozen value types every room speaks in. Imports nothing but the standard library at the top."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import Any, NewType, TypeAlias

RepoPath = NewType("RepoPath", str)
"""A path inside the repository: posix, relative to its root, no leading `./`; the root itself is `.`."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_NAME_LIMIT = 253
Json: TypeAlias = Any
"""None, bool, int, float, str, list[Json] or dict[str, Json]: what a YAML document holds after reading."""

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the root of a document to a place in it."""


def mapping_of(value: Json) -> Mapping[str, Json]:
    """The value where it is a map, else an empty one: what somebody wrote may be anything."""
    return value if isinstance(value, Mapping) else {}


def is_name(text: str) -> bool:
    """Whether Kubernetes accepts a text as the name of an object (a DNS subdomain, RFC 1123)."""
    return len(text) <= _NAME_LIMIT and _NAME.fullmatch(text) is not None


def laid_over(lower: Mapping[str, Json], upper: Mapping[str, Json]) -> dict[str, Json]:
    """One map over another, deeply; lists are whole, and a null of the upper one stays (fact D5)."""
    found = dict(lower)
    for key, held in upper.items():
        old = found.get(key)
        found[key] = laid_over(old, held) if isinstance(old, Mapping) and isinstance(held, Mapping) else held
    return found


_USER = re.compile(r"(\w+)://([^/@\s]*)@")


def without_credentials(address: str) -> str:
    """An address, or a text with addresses, without the passwords and tokens in them; a user of ssh alone stays."""
    return _USER.sub(lambda found: found[0] if found[1] == "ssh" and ":" not in found[2] else f"{found[1]}://", address)


KUBE_VERSION = "1.32"
"""The version of Kubernetes that is rendered for where nobody says one: that of the Helm that comes along."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceSpan:
    """A place in a file; line and column count from 1, 0 means the file as a whole."""

    path: RepoPath
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return str(self.path)
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Gvk:
    """Group, version and kind; the core group is the empty string."""

    group: str
    version: str
    kind: str

    @classmethod
    def of(cls, api_version: str, kind: str) -> Gvk:
        """The Gvk that an object's `apiVersion` and `kind` name."""
        group, _, version = api_version.rpartition("/")
        return cls(group=group, version=version, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ResId:
    """The identity of an object in a cluster. The version is not part of it; namespace is empty where none is given."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where kustomize says a resource came from: a file (or a generator), and what transformed it on the way."""

    path: RepoPath
    """File of the repository; for a generated object the kustomization file that configures the generator."""
    generated: bool = False
    inflated: bool = False
    """Whether an entry of `helmCharts` in that kustomization file made it."""
    remote: str = ""
    """`repo@ref` of a remote base, else empty."""
    transformed_in: tuple[RepoPath, ...] = ()
    """Kustomization files whose transformers touched the object, in order, without repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One object of a build. `body` is shared and must never be changed in place."""

    id: ResId
    gvk: Gvk
    body: Mapping[str, Json] = field(repr=False)
    origin: Origin | None = None
    is_placed: bool = False
    """Nothing that was rendered names its namespace: it is the one that whoever deploys it gives."""

    @property
    def own_namespace(self) -> str:
        """The namespace that its rendering names."""
        return "" if self.is_placed else self.id.namespace


def resource_of(body: Mapping[str, Json], origin: Origin | None = None) -> Resource:
    """The resource that a document holds; a missing namespace is the empty string."""
    gvk = Gvk.of(str(body.get("apiVersion") or ""), str(body.get("kind") or ""))
    metadata = mapping_of(body.get("metadata"))
    res_id = ResId(
        group=gvk.group,
        kind=gvk.kind,
        namespace=str(metadata.get("namespace") or ""),
        name=str(metadata.get("name") or ""),
    )
    return Resource(id=res_id, gvk=gvk, body=body, origin=origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a root is built without, because it cannot be had; the build is of the rest."""

    remotes: tuple[str, ...] = ()
    """Remote bases, as the kustomizations name them, without credentials; sorted."""
    folders: tuple[RepoPath, ...] = ()
    """Kustomizations of the repository that do not build without one of them, and are left out as a whole; sorted."""

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.folders, *self.remotes)

    def __bool__(self) -> bool:
        return bool(self.remotes)


NOTHING_LEFT_OUT = LeftOut()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContext:
    """What besides the chart and its values decides what a release renders."""

    release: str
    """Its name."""
    namespace: str
    kube_version: str = ""
    """Empty: helm's own default."""
    api_versions: tuple[str, ...] = ()
    """What the cluster serves beside that version's own."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """Environment and its namespace, for those that have another one."""

    def within(self, environment: str) -> ReleaseContext:
        """The context of one environment."""
        return replace(self, namespace=dict(self.elsewhere).get(environment, self.namespace), elsewhere=())

    @property
    def places(self) -> str:
        """Its namespaces in words: `shop` or `shop (prod: shop-live)`."""
        more = ", ".join(f"{environment}: {namespace}" for environment, namespace in self.elsewhere)
        return f"{self.namespace} ({more})" if more else self.namespace

    def __str__(self) -> str:
        return f"{self.release} in {self.places}" if self.namespace else self.release


class Impact(IntEnum):
    """What a difference does to a running cluster, from harmless to grave."""

    NONE = 0
    METADATA = 1
    CONFIG = 2
    ROLLOUT = 3
    RECREATE = 4
    DATA_LOSS = 5

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def parse(cls, text: str) -> Impact:
        """The impact that a person wrote (`data-loss`); ValueError for any other word."""
        try:
            return cls[text.upper().replace("-", "_")]
        except KeyError:
            raise ValueError(f"{text!r} is not an impact; one of {', '.join(map(str, cls))}") from None


class DifferenceKind(Enum):
    """How two renderings of an environment differ at one place."""

    ADDED = "added"  # only after
    REMOVED = "removed"  # only before
    CHANGED = "changed"
    HOOK = "hook"  # the object becomes or stops being a Helm hook
    HASH = "hash"  # a name loses the hash that a generator gave it


def _absent() -> Json:
    """ABSENT of `yamlio`; imported late, because this module is part of `migrate --help`."""
    from msgspec import UNSET

    return UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference between before and after. An empty path is the whole object."""

    resource: ResId
    path: KeyPath
    """By the indexes of lists before; an item that only the side after has is named by its index there."""
    kind: DifferenceKind
    before: Json = field(default_factory=_absent, repr=False)
    """ABSENT where there was nothing."""
    after: Json = field(default_factory=_absent, repr=False)
    """ABSENT where nothing will be."""
    impact: Impact
    privilege: bool = False
    allowance: str | None = None
    """Id of the allowance for it, which may reach less far than it goes."""
    admitted: bool = False
    """Whether it may be, by an allowance or a person's word."""
    why: str = ""
    """What admits it, or why nothing does; empty where nobody has judged it."""
    place: str = ""
    """The path in words, from the first list on whose items have keys: `containers[db].env[LOG_LEVEL]`."""
    is_order: bool = False
    """The items that both lists have stand in another order; what differs in them are differences of their own."""
    before_path: KeyPath | None = None
    """The path by all indexes of the side before, the end of a list for an item that it lacks; None: `path`."""
    after_path: KeyPath | None = None
    """The same of the side after."""
    counterpart: ResId | None = None
    """Of an object that only one side has: the one on the other side that is likely this under another name. Of a name
    that loses its hash: the object that has it, as it is called after."""

    @property
    def id(self) -> str:
        """The stable name by which a person approves it: `Kind.group/ns/name#/spec/replicas`."""
        res = self.resource
        kind = f"{res.kind}.{res.group}" if res.group else res.kind
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.path)
        return f"{kind}/{res.namespace}/{res.name}#{pointer}"
