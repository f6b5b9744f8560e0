"""MIG813: objects that name what no part of the repository renders any more."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.audit.places import place_of
from migrator.audit.types import Finding, Subject
from migrator.compare.generated_names import is_hash, name_without_hash
from migrator.diagnostics import MigrateError
from migrator.graph.edges import Environment
from migrator.graph.named_objects import NamedObject, bound_objects, named_objects
from migrator.model import RepoPath, ResId, Resource, SourceSpan
from migrator.prove import Owner, Part, Rendering, placed

_Siblings = Mapping[tuple[str, str, str], ResId]
"""Kind, namespace and name without its hash -> the object that a generator makes of them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where an object names another."""

    environment: str
    part: Part
    resource: Resource


def dangling(subject: Subject) -> Iterator[Finding]:
    """Names of objects that nothing renders, though something did when the lock was proved or does under another hash.

    What neither holds for may be made in the cluster, by an operator or by hand, and is nobody's mistake.
    """
    locked = subject.lock.components.values() if subject.lock else ()
    known = frozenset(name for each in locked for name in each.references)
    for environment, rendering in sorted(subject.renders.items()):
        if not rendering.problems:
            yield from _of_environment(subject, environment, placed(rendering), known)


def _of_environment(
    subject: Subject, environment: str, rendering: Rendering, known: frozenset[str]
) -> Iterator[Finding]:
    there = [each for part in rendering.parts for each in part.resources]
    there += [each for build in subject.builds if build.environment == environment for each in build.resources]
    objects = Environment(there)
    siblings = _siblings(there)
    told: set[tuple[ResId, str, str]] = set()
    for part in rendering.parts:
        for resource in part.resources:
            for each in (*named_objects(resource), *bound_objects(resource)):
                key = (resource.id, each.kind, each.name)
                if each.is_optional or key in told or any(objects.named(*_asked(each))):
                    continue
                told.add(key)
                now = _now(each, siblings)
                if now is not None or _id(each) in known:
                    yield _finding(subject, _Place(environment=environment, part=part, resource=resource), each, now)


def _asked(each: NamedObject) -> tuple[str | None, str, str, str]:
    return each.group, each.kind, each.namespace, each.name


def _id(each: NamedObject) -> str:
    return str(ResId(group=each.group or "", kind=each.kind, namespace=each.namespace, name=each.name))


def _siblings(there: Sequence[Resource]) -> _Siblings:
    return {
        (each.id.kind, each.id.namespace, bare): each.id for each in there if (bare := name_without_hash(each)) != ""
    }


def _now(each: NamedObject, siblings: _Siblings) -> ResId | None:
    """What the object that was named is called now, where only the hash in its name is another."""
    head, _, tail = each.name.rpartition("-")
    for bare in (head if is_hash(tail) else "", each.name):
        for namespace in (each.namespace, ""):
            if bare and (found := siblings.get((each.kind, namespace, bare))) is not None:
                return found
    return None


def _finding(subject: Subject, at: _Place, each: NamedObject, now: ResId | None) -> Finding:
    if now is None:
        reason = "and did when the lock was proved"
        fix = (
            "render it again or name another; where something outside makes it now, take it out of `references` in "
            ".migrate/lock.yaml"
        )
    else:
        reason = f"as it is {now} since its content changed"
        fix = (
            f"give its generator `options: {{disableNameSuffixHash: true}}` and name {_bare(now)}, "
            f"or name {now.name} each time that the content changes"
        )
    is_kustomize = at.part.owner is Owner.KUSTOMIZE
    span = place_of(subject, at.environment, at.resource.id) if is_kustomize else _in_chart(subject, at.part, each.name)
    words = {
        "resource": str(at.resource.id),
        "environment": at.environment,
        "field": each.via,
        "named": _id(each),
        "reason": reason,
        "fix": fix,
    }
    return Finding(code="MIG813", span=span, words=words)


def _bare(generated: ResId) -> str:
    return generated.name.rpartition("-")[0]


def _in_chart(subject: Subject, part: Part, name: str) -> SourceSpan:
    """The line of a values file or a patch of a release that holds the name, else the chart's folder."""
    for path in subject.index.below(part.path):
        if not path.endswith((".yaml", ".yml")) or "charts" in posixpath.relpath(path, part.path).split("/"):
            continue
        try:
            lines = subject.index.read(path).decode("utf-8", "replace").splitlines()
        except MigrateError:
            continue
        for number, line in enumerate(lines, start=1):
            if name in line:
                return SourceSpan(path=RepoPath(path), line=number)
    return SourceSpan(path=part.path)
