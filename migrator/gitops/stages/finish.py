"""What gives up the way back: new deployers no longer spare what they deploy, and act as it is configured (ADR 20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.gitops.emit.flux import KEEP
from migrator.model import Json, KeyPath, mapping_of
from migrator.yamlio import Append, Dialect, Operation, Remove, Set, YamlError, edit, read_documents, read_value

_AUTOMATED: KeyPath = ("spec", "syncPolicy", "automated")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """How a new deployer acts from now on."""

    prune: bool
    self_heal: bool
    has_hooks: bool = True
    """Whether a release runs its hooks, also when it is uninstalled."""


def settled(text: str, kind: str, name: str, policy: NewPolicy) -> str:
    """The file with a new deployer in it as it stays; YamlError where it cannot be edited."""
    for document in read_documents(text.encode(), dialect=Dialect.SIGS):
        body = mapping_of(document.value)
        if body.get("kind") == kind and mapping_of(body.get("metadata")).get("name") == name:
            return edit(text, list(_operations(body, policy)), document=document.index)
    return text


def waiting(text: str, kind: str, name: str, needed: str) -> str:
    """The file with a Kustomization in it that waits for another; YamlError where it cannot be edited."""
    for document in read_documents(text.encode(), dialect=Dialect.SIGS):
        body = mapping_of(document.value)
        if body.get("kind") == kind and mapping_of(body.get("metadata")).get("name") == name:
            held = mapping_of(body.get("spec")).get("dependsOn")
            names = [mapping_of(each).get("name") for each in held] if isinstance(held, list) else []
            if needed not in names:
                added = Append(path=("spec", "dependsOn"), value={"name": needed})
                return edit(text, [added], document=document.index)
    return text


def _operations(body: Mapping[str, Json], policy: NewPolicy) -> Iterator[Operation]:
    kind, spec = body.get("kind"), mapping_of(body.get("spec"))
    if kind == "Kustomization":
        yield Set(path=("spec", "prune"), value=policy.prune)
    elif kind == "Application" and isinstance(mapping_of(spec.get("syncPolicy")).get("automated"), Mapping):
        yield Set(path=(*_AUTOMATED, "prune"), value=policy.prune)
        yield Set(path=(*_AUTOMATED, "selfHeal"), value=policy.self_heal)
    elif kind == "HelmRelease":
        yield from _kept(spec)
        uninstall = mapping_of(spec.get("uninstall"))
        if policy.has_hooks and "disableHooks" in uninstall:
            rest: KeyPath = ("disableHooks",) if len(uninstall) > 1 else ()
            yield Remove(path=("spec", "uninstall", *rest))


def _kept(spec: Mapping[str, Json]) -> Iterator[Operation]:
    """The post-renderers go that put nothing but the marks on every object."""
    held = spec.get("postRenderers")
    for at, each in enumerate(held if isinstance(held, list) else ()):
        patches = mapping_of(mapping_of(each).get("kustomize")).get("patches")
        if isinstance(patches, list) and patches and all(_is_mark(mapping_of(one).get("patch")) for one in patches):
            yield Remove(path=("spec", "postRenderers", at))


def _is_mark(patch: Json) -> bool:
    try:
        body = read_value(patch, dialect=Dialect.SIGS) if isinstance(patch, str) else patch
    except YamlError:
        return False
    metadata = mapping_of(mapping_of(body).get("metadata"))
    return set(mapping_of(body)) == {"apiVersion", "kind", "metadata"} and metadata.get("annotations") == dict(KEEP)
