"""What stays in Kustomize and has need of an object's old name or labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.graph.named_objects import bound_objects, named_objects
from migrator.graph.texts import texts_of
from migrator.model import Json, ResId, Resource
from migrator.signatures.features import WORKLOADS

Name = tuple[str, str]
"""Kind and name: of a namespace that is left out nothing is known."""
_WORD = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
"""What may be the name of a Service, with or without its domain and port behind it."""


def undisturbed(
    pairs: Mapping[ResId, ResId],
    there: Mapping[ResId, Resource],
    rendered: Mapping[ResId, Resource],
    going: Iterable[ResId],
) -> Mapping[ResId, ResId]:
    """The pairs (old -> new) whose old one nothing that stays names, calls by its host name, or selects alone.

    `going` are the objects of `there` that go to the release in any case. An old one that is disturbed stays, and may
    disturb another one then.
    """
    found, before, taken = dict(pairs), None, frozenset(going)
    while found != before:
        before = dict(found)
        staying = [resource for key, resource in there.items() if key not in taken and key not in found]
        needed = {name for resource in staying for name in names_of(resource)}
        hosts = {word for resource in staying for text in _own_texts(resource) for word in _WORD.findall(text)}
        found = {
            old: new
            for old, new in found.items()
            if name_of(old) not in needed
            and not (old.kind == "Service" and old.name in hosts)
            and not any(_lets_go(each, there[old], rendered[new]) for each in staying)
        }
    return found


def names_of(resource: Resource) -> Iterator[Name]:
    """What the object names."""
    for named in (*named_objects(resource), *bound_objects(resource)):
        yield named.kind, named.name


def name_of(key: ResId) -> Name:
    """The object as another one names it."""
    return key.kind, key.name


def _lets_go(selecting: Resource, old: Resource, new: Resource) -> bool:
    """Whether an object selects the old one, or its pods, and not the new one."""
    spec = selecting.body.get("spec")
    if selecting.id.namespace != old.id.namespace or not isinstance(spec, Mapping):
        return False
    for key in ("selector", "podSelector"):
        selector = spec.get(key)
        wanted = selector.get("matchLabels", selector) if isinstance(selector, Mapping) else None
        if isinstance(wanted, Mapping) and wanted:
            held, comes = (_labels(each).items() for each in (old, new))
            if wanted.items() <= held and not wanted.items() <= comes:
                return True
    return False


def _labels(resource: Resource) -> Mapping[str, Json]:
    """The labels by which something selects it: those of its pods where it runs any."""
    body: Json = resource.body
    for key in ("spec", "template") if resource.id.kind in WORKLOADS else ():
        body = body.get(key) if isinstance(body, Mapping) else None
    metadata = body.get("metadata") if isinstance(body, Mapping) else None
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return labels if isinstance(labels, Mapping) else {}


def _own_texts(resource: Resource) -> Iterator[str]:
    """The texts of an object without its own name and those of what is in it."""
    return (text for path, text in texts_of(resource.body) if "metadata" not in path)
