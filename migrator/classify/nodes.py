"""The objects of all environments as classification sees them: one node for each identity, with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.classify.types import SourceHint
from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, ResId, Resource, resource_of
from migrator.progress import Watch, uncounted
from migrator.signatures import Features, SignatureIndex, features, score, source_chart
from migrator.signatures.manifests import Upstream
from migrator.signatures.types import Evidence
from migrator.yamlio import Dialect, decode, read_documents

_OFTEN = 50
"""Objects between two reports of how far it is."""
_HASH = re.compile(r"-[0-9a-z]{10}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One identity over all environments. Where environments differ, features are joined."""

    id: ResId
    environments: tuple[str, ...]
    shown: Features
    origin: RepoPath | None
    """The file, or for a generated object the kustomization file."""
    is_generated: bool
    remote: str
    chain: tuple[str, ...]
    """Charts of its `# Source:` comment, outermost first."""
    evidence: Mapping[int, tuple[Evidence, ...]]
    strength: Mapping[int, float]
    """signature -> score of the evidence on this object alone."""
    upstream: Upstream | None = None
    """The release manifest that it comes from, where that is known."""

    @property
    def is_workload(self) -> bool:
        return bool(self.shown.containers)


def nodes_of(
    builds: Mapping[str, Sequence[Resource]],
    index: SignatureIndex,
    hints: Sequence[SourceHint] = (),
    watch: Watch = uncounted,
) -> tuple[Node, ...]:
    """One node per identity, sorted; what is watched are objects."""
    held: dict[ResId, list[tuple[str, Resource]]] = {}
    for environment in sorted(builds):
        for resource in builds[environment]:
            held.setdefault(resource.id, []).append((environment, resource))
    comments = _comments(hints)
    nodes = []
    for number, res_id in enumerate(sorted(held)):
        if number % _OFTEN == 0:
            watch(number, len(held), (str(res_id),))
        nodes.append(_node(held[res_id], index, comments))
    watch(len(held), len(held), ())
    return tuple(nodes)


def source_hints(files: Mapping[RepoPath, bytes]) -> Iterator[SourceHint]:
    """The `# Source:` comments in files of the repository, each with the object that follows it.

    A template that begins with `---` leaves its comment in an empty document of its own. Only files that have such a
    comment are read; one that is not YAML gives nothing here, the build says why.
    """
    for path in sorted(files):
        if b"# Source:" not in files[path]:
            continue
        try:
            text = decode(files[path], path)
            documents = read_documents(text, dialect=Dialect.KUSTOMIZE, path=path)
        except MigrateError:
            continue
        end = 0
        for document in documents:
            above = text[end : document.start].splitlines()
            comment = next((line for line in (*document.comments, *reversed(above)) if source_chart(line)), "")
            end = document.end
            if comment and isinstance(document.value, dict):
                res_id = resource_of(document.value).id
                yield SourceHint(path=path, text=comment, kind=res_id.kind, name=res_id.name)


def _comments(hints: Sequence[SourceHint]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    return {
        (hint.path, hint.kind, hint.name): chain for hint in hints if (chain := source_chart(hint.text)) and hint.name
    }


def _node(
    held: Sequence[tuple[str, Resource]],
    index: SignatureIndex,
    comments: Mapping[tuple[str, str, str], tuple[str, ...]],
) -> Node:
    first = held[0][1]
    shown = features(first)
    seen = [first.body]
    for _, resource in held[1:]:
        if not any(resource.body is body or resource.body == body for body in seen):
            seen.append(resource.body)
            shown = _joined(shown, features(resource))
    if shown.chart:
        shown = replace(shown, chart=(index.chart_called(shown.chart[0]), shown.chart[1]))
    origin = next((resource.origin for _, resource in held if resource.origin), None)
    evidence = index.evidence(shown, first.id)
    return Node(
        id=first.id,
        environments=tuple(environment for environment, _ in held),
        shown=shown,
        origin=origin.path if origin else None,
        is_generated=bool(origin and origin.generated),
        remote=origin.remote if origin else "",
        chain=comments.get((origin.path, first.id.kind, first.id.name), ()) if origin else (),
        evidence=evidence,
        strength={signature: score(facts) for signature, facts in evidence.items()},
    )


def _joined(one: Features, other: Features) -> Features:
    return replace(
        one,
        chart=one.chart or other.chart,
        instance=one.instance or other.instance,
        version=one.version or other.version,
        labels=tuple(sorted({*one.labels, *other.labels})),
        containers=(*one.containers, *(c for c in other.containers if c not in one.containers)),
        pod=one.pod | other.pod,
        images=tuple(dict.fromkeys((*one.images, *other.images))),
        ports=tuple(dict.fromkeys((*one.ports, *other.ports))),
    )


def without_hash(name: str) -> str:
    """A generated object's name without kustomize's content hash, to follow it over environments."""
    return _HASH.sub("", name)
