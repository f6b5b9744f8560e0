"""Which templates the interpreter renders as helm does, compared template by template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from migrator.inference.hypothesis.compared_objects import Key, is_skipped, key_of
from migrator.inference.hypothesis.helm_probes import printed
from migrator.inference.hypothesis.random_values import generated_leaves, masked
from migrator.model import Resource
from migrator.templates.interpreter.render import Run, TemplateRun
from migrator.templates.output.documents import Document
from migrator.templates.output.split import split_documents
from migrator.yamlio import same


def untrusted(run: Run, stream: bytes) -> frozenset[str]:
    """Templates that helm renders otherwise under the same values, random content apart, or that only we refuse."""
    theirs = printed(stream)
    return frozenset(
        path
        for path, template in run.templates.items()
        if template.error or not _agree(split_documents(template), theirs.get(path, ()))
    )


def newly_untrusted(run: Run, streams: tuple[bytes, bytes], keys: Collection[Key]) -> frozenset[str]:
    """Untrusted templates that print one of these objects, where two renders of helm agree with each other."""
    first, second = map(printed, streams)
    return frozenset(
        path
        for path in untrusted(run, streams[0])
        if first.get(path) == second.get(path) and (run.templates[path].error or _makes(run.templates[path], keys))
    )


def _makes(template: TemplateRun, keys: Collection[Key]) -> bool:
    return any(document.id is not None and key_of(document.id) in keys for document in split_documents(template))


def _agree(mine: Sequence[Document], texts: Sequence[str]) -> bool:
    from migrator.engines import rendered_resources

    if Counter(document.text.strip() for document in mine) == Counter(map(str.strip, texts)):
        return True
    left = sorted((item for text in texts for item in rendered_resources(text.encode(), tests=True)), key=_order)
    made = ((resource, d) for d in mine if (resource := d.resource) is not None and not is_skipped(resource.body))
    for resource, document in sorted(made, key=lambda pair: _order(pair[0])):
        place = next((place for place, other in enumerate(left) if _alike(document, resource, other)), None)
        if place is None:
            return False
        del left[place]
    return not left


def _order(resource: Resource) -> tuple[str, ...]:
    return (*key_of(resource.id), resource.id.namespace)


def _alike(document: Document, mine: Resource, other: Resource) -> bool:
    if mine.gvk != other.gvk:
        return False
    leaves = generated_leaves(document)
    if key_of(mine.id) != key_of(other.id) and not any(path == ("metadata", "name") for path, _ in leaves):
        return False
    wanted, _ = masked(document, leaves, other.body, checksums=True)
    return same(mine.body, wanted)
