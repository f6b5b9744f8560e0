"""Where a place of a built object came from: the manifest, or the entry of a kustomization that set it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.explain.literal_places import at, field_of, met, operation_at, shown_at
from migrator.load import Generator, Kustomization, PatchRef
from migrator.model import Json, KeyPath, RepoPath, ResId, Resource, SourceSpan
from migrator.render_roots import Build
from migrator.rewrite.kustomize.ownership import Placed, place_object
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.targets import generates, is_subject, retags, scales, selects
from migrator.yamlio import ABSENT, Dialect, decode, read_documents, same, spans

_IDENTITY: tuple[KeyPath, ...] = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
"""What a patch says to name its object, not to change it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Source:
    """A place in a file of the repository that shows why an object is as it is."""

    span: SourceSpan
    """Line 0 where only the file is known."""
    kind: str
    """`manifest`, `patch`, or the field of the kustomization: `images`, `replicas`, `namespace`, ...; `absent` for a
    manifest that does without, `remote` for one from elsewhere."""


class Origins:
    """Answers where places come from. Reads files as they are asked for; not shared between threads."""

    def __init__(self, view: RepositoryView) -> None:
        self._view = view
        self._builds = [build for build in view.builds if build.is_built]

    def of(self, environment: str, res_id: ResId, path: KeyPath) -> Source | None:
        """What shows the place; None where no file does, as for an object that nobody writes.

        A place that the object lacks is shown by the patch that takes it out, or by the manifest that does without.
        """
        for build in self._builds:
            if build.environment == environment:
                found = _find(build.resources, res_id)
                if found is not None:
                    return self._of(build, self._placed(build, found), path)
        return self._deletion(environment, res_id) if not path else None

    def _placed(self, build: Build, resource: Resource) -> Placed:
        question = ("placed", build.root, resource.id)
        return self._view.once(question, lambda: place_object(build, resource, self._view))

    def _of(self, build: Build, placed: Placed, path: KeyPath) -> Source | None:
        final = at(placed.resource.body, path)
        shown = self._manifest(placed, path, "absent" if final is ABSENT else "manifest")
        for held in self._layers(build.root):
            if placed.file is None or placed.file in self._view.scope(held):
                for source in self._entries(held, placed, path, final):
                    shown = source
        return shown

    def _manifest(self, placed: Placed, path: KeyPath, kind: str) -> Source | None:
        if placed.file is None:
            origin = placed.resource.origin
            remote = RepoPath(origin.remote) if origin is not None and origin.remote else None
            return Source(span=SourceSpan(path=remote), kind="remote") if remote else None
        if placed.written is None:
            return Source(span=SourceSpan(path=placed.file), kind=kind)
        place = placed.written.place
        above = ("items", place.item) if place.item >= 0 else ()
        known = met(placed.resource.body, path, placed.written.body)
        return Source(span=self._span(place.file, place.document, (*above, *known)), kind=kind)

    def _entries(self, held: Kustomization, placed: Placed, path: KeyPath, final: Json) -> Iterator[Source]:
        """The entries of a kustomization that show the place, in the order in which kustomize applies them."""
        for generator in held.generators:
            if path[:1] in (("data",), ("binaryData",), ("stringData",)) and generates(
                generator, placed, may_rename=True
            ):
                yield from _generated(generator, path)
        for patch in held.patches:
            yield from self._patch(patch, placed, path, final)
        field = field_of(held, placed, path, final)
        if field:
            yield Source(span=self._entry(held, (field,)), kind=field)
        for index, replica in enumerate(held.replicas):
            if path == ("spec", "replicas") and scales(replica, placed) and same(replica.count, final):
                yield Source(span=self._entry(held, ("replicas", index)), kind="replicas")
        for index, image in enumerate(held.images):
            parts = [part for part in (image.new_name, image.new_tag, image.digest) if part]
            if path[-1:] == ("image",) and retags(image, placed, ()) and all(part in str(final) for part in parts):
                yield Source(span=self._entry(held, ("images", index)), kind="images")

    def _patch(self, patch: PatchRef, placed: Placed, path: KeyPath, final: Json) -> Iterator[Source]:
        if not path or path in _IDENTITY or (patch.target is not None and not selects(patch.target, placed)):
            return
        for index, document in self._documents(patch):
            place: KeyPath | None = None
            if patch.kind == "json6902" and isinstance(document, list):
                place = operation_at(document, path, final)
            elif isinstance(document, Mapping) and (patch.target is not None or is_subject(document, placed)):
                place = shown_at(document, placed.resource.body, path, final)
            if place is not None:
                span = self._span(patch.file, index, place) if patch.file is not None else patch.span
                yield Source(span=span, kind="patch")

    def _documents(self, patch: PatchRef) -> tuple[tuple[int, Json], ...]:
        if not patch.kind:
            return ()
        if patch.file is not None:
            return tuple((each.index, each.value) for each in self._view.documents(patch.file))
        found = read_documents(patch.inline or "", dialect=Dialect.KUSTOMIZE)
        return tuple((each.index, each.value) for each in found)

    def _deletion(self, environment: str, res_id: ResId) -> Source | None:
        """The patch that takes an object out of an environment, which others have."""
        others = ((build, _find(build.resources, res_id)) for build in self._builds)
        other = next((self._placed(build, found) for build, found in others if found is not None), None)
        if other is None:
            return None
        roots = [build.root for build in self._builds if build.environment == environment]
        patches = (patch for root in roots for held in self._layers(root) for patch in held.patches)
        for patch in patches:
            for index, document in self._documents(patch):
                deletes = isinstance(document, Mapping) and document.get("$patch") == "delete"
                if deletes and (selects(patch.target, other) if patch.target else is_subject(document, other)):
                    span = self._span(patch.file, index, ()) if patch.file is not None else patch.span
                    return Source(span=span, kind="patch")
        return None

    def _layers(self, root: RepoPath) -> tuple[Kustomization, ...]:
        """The kustomizations on the way to a root, what is included before what includes it."""
        return self._view.once(("layers", root), lambda: self._view.kustomizations.innermost_first(root))

    def _entry(self, held: Kustomization, path: KeyPath) -> SourceSpan:
        return self._span(held.file, None, path)

    def _span(self, file: RepoPath, document: int | None, path: KeyPath) -> SourceSpan:
        """The place of the deepest key on a path that the document has."""
        known = self._view.once(("spans", file, document), lambda: self._spans(file, document))
        for length in range(len(path), -1, -1):
            if path[:length] in known:
                return known[path[:length]]
        return SourceSpan(path=file)

    def _spans(self, file: RepoPath, document: int | None) -> Mapping[KeyPath, SourceSpan]:
        text = self._view.once(("text", file), lambda: decode(self._view.read(file), file))
        held = None
        if document is not None:
            held = next((each for each in self._view.documents(file) if each.index == document), None)
        return spans(text, file, document=held)


def _generated(generator: Generator, path: KeyPath) -> Iterator[Source]:
    """The file or entry that gives a generated object the data at a path."""
    field = "configMapGenerator" if generator.kind == "ConfigMap" else "secretGenerator"
    key = path[1] if len(path) > 1 else None
    files = [file for name, file in generator.files if file is not None and key in (None, name)]
    if len(files) == 1:
        yield Source(span=SourceSpan(path=files[0]), kind=field)
    elif key is None or not generator.files or any(text.partition("=")[0] == key for text in generator.literals):
        yield Source(span=generator.span, kind=field)


def _find(resources: Sequence[Resource], res_id: ResId) -> Resource | None:
    """The object, or one that only lacks its namespace."""
    named = [r for r in resources if (r.id.group, r.id.kind, r.id.name) == (res_id.group, res_id.kind, res_id.name)]
    exact = [each for each in named if each.id.namespace == res_id.namespace]
    return next(iter(exact or [each for each in named if not (each.id.namespace and res_id.namespace)]), None)
