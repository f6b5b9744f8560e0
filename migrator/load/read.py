"""One kustomization file -> its typed form."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import Index
from migrator.load.chart_entries import chart_entry, chart_folders
from migrator.load.fields import normalise, suggestion
from migrator.load.locate import reference
from migrator.load.plugins import builtin_inputs, plugin_objects
from migrator.load.types import (
    ChartEntry,
    Generator,
    Image,
    Kustomization,
    PatchRef,
    PluginRef,
    Reference,
    ReferenceKind,
    Replica,
    Selector,
)
from migrator.load.unread import unread_documents
from migrator.model import Gvk, Json, KeyPath, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_documents, read_value, spans

MAX_BYTES = 1 << 20
"""Of a kustomization file; kustomize puts its texts into every object."""
API_GROUP = "kustomize.config.k8s.io/"

_PATCH_FIELDS = ("patches", "patchesStrategicMerge", "patchesJson6902")
_LISTS = (
    *("resources", "components", "crds", "configurations", "generators", "transformers", "validators"),
    *("images", "replicas", "helmCharts", "replacements", "configMapGenerator", "secretGenerator", *_PATCH_FIELDS),
)
_OLD_TEXT_LISTS = ("resources", "components", "crds", "configurations", "generators", "transformers", "validators")


def is_kustomization(value: Json) -> bool:
    """Whether a document in a file of that name is kustomize's, not Flux's Kustomization or something else."""
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    version, kind = value.get("apiVersion"), value.get("kind")
    return (not version or str(version).startswith(API_GROUP)) and kind in (None, "", "Kustomization", "Component")


def read_kustomization(index: Index, file: RepoPath) -> tuple[Kustomization | None, tuple[Diagnostic, ...]]:
    """The typed form of a kustomization file, None if the file is something else; and what is odd about it.

    Raises MigrateError MIG101 (YAML), MIG106 (unreadable), MIG221 (too large) or MIG110 (a field of the wrong type).
    """
    if index.files[file].size > MAX_BYTES:
        raise MigrateError.of(
            "MIG221",
            f"the kustomization is larger than {MAX_BYTES >> 20} MiB",
            span=SourceSpan(path=file),
            remedy="divide it, or move what it holds into files that it names",
        )
    data = index.read(file)
    # its own files kustomize reads through sigs.k8s.io/yaml: `yes` is a bool and a repeated key allowed (v5.8.1)
    value = read_value(data, dialect=Dialect.SIGS, path=file)
    if not is_kustomization(value):
        return None, ()
    return _Reader(index, file, data, value or {}).read()


class _Reader:
    """Reads one file; `_notes` gathers what does not stop it."""

    def __init__(self, index: Index, file: RepoPath, data: bytes, value: Mapping[str, Json]) -> None:
        self._index = index
        self._file = file
        self._directory = RepoPath(posixpath.dirname(file) or ".")
        self._data = data
        self._written = {str(key).lower(): str(key) for key in value}
        self._positions: Mapping[KeyPath, tuple[int, int]] | None = None
        self._fields, self._unknown = normalise(value)
        self._notes: list[Diagnostic] = []

    def read(self) -> tuple[Kustomization, tuple[Diagnostic, ...]]:
        fields = self._fields
        for name in self._unknown:
            self._note("MIG111", f"kustomize does not know the field {name!r}{suggestion(name)}", self._span((name,)))
        for name in _LISTS:
            if not isinstance(fields.get(name) or [], list):
                self._fail(f"{name} is a list", (name,))
        patches = tuple(self._patches())
        generators = tuple(self._generators())
        plugins = tuple(self._plugins())
        kustomization = Kustomization(
            path=self._directory,
            file=self._file,
            kind=str(fields.get("kind") or "Kustomization"),
            fields=fields,
            resources=self._references("resources"),
            components=self._references("components"),
            crds=self._references("crds"),
            configurations=self._references("configurations"),
            patches=patches,
            generators=generators,
            plugins=plugins,
            images=tuple(self._images()),
            replicas=tuple(
                Replica(name=str(item.get("name") or ""), count=item.get("count"))
                for _, item in self._structs("replicas")
            ),
            helm_charts=tuple(self._chart_entries()),
            inputs=tuple(self._inputs()),
        )
        self._notes += unread_documents(self._index, kustomization, self._data)
        return kustomization, tuple(self._notes)

    def _references(self, field: str) -> tuple[Reference, ...]:
        return tuple(self._reference(text, field, (field, index)) for index, text in self._texts(field))

    def _reference(self, text: str, field: str, place: KeyPath) -> Reference:
        return reference(self._index, self._directory, text, field, self._span(place))

    def _patches(self) -> Iterator[PatchRef]:
        for field in _PATCH_FIELDS:
            for index, item in enumerate(self._fields.get(field) or ()):
                place: KeyPath = (field, index)
                if isinstance(item, str) and field == "patchesStrategicMerge":
                    inline = "\n" in item or item.lstrip().startswith("{")
                    yield self._patch(field, index, None if inline else item, item if inline else None, None)
                elif isinstance(item, dict):
                    target = item.get("target")
                    selector = _selector(target) if isinstance(target, dict) else None
                    path, text = item.get("path"), item.get("patch")
                    yield self._patch(
                        field,
                        index,
                        path if isinstance(path, str) else None,
                        text if isinstance(text, str) else None,
                        selector,
                    )
                else:
                    self._fail(f"an entry of {field} is a mapping", place)

    def _patch(self, field: str, index: int, path: str | None, inline: str | None, target: Selector | None) -> PatchRef:
        span = self._span((field, index))
        file: RepoPath | None = None
        data: bytes | str | None = inline
        if path:
            found = self._reference(path, field, (field, index))
            file = found.path
            data = self._index.read(found.path) if found.kind is ReferenceKind.FILE and found.path else None
        documents: list[Json] = []
        if data is not None:
            try:
                documents = [d.value for d in read_documents(data, dialect=Dialect.KUSTOMIZE, path=file or self._file)]
            except MigrateError as error:
                self._notes.append(error.diagnostic)
        return PatchRef(
            field=field,
            index=index,
            kind=("json6902" if isinstance(documents[0], list) else "merge") if documents else "",
            file=file,
            inline=inline,
            target=target,
            subjects=tuple(_subject(document) for document in documents if isinstance(document, dict)),
            span=span,
        )

    def _generators(self) -> Iterator[Generator]:
        for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for index, item in self._structs(field):
                options = item.get("options")
                yield Generator(
                    kind=kind,
                    index=index,
                    name=str(item.get("name") or ""),
                    namespace=str(item.get("namespace") or ""),
                    behavior=str(item.get("behavior") or "create"),
                    files=tuple((key, self._locate(path)) for key, path in map(_file_source, _strings(item, "files"))),
                    literals=_strings(item, "literals"),
                    envs=tuple(self._locate(path) for path in _strings(item, "envs")),
                    type=str(item.get("type") or ""),
                    options=options if isinstance(options, dict) else {},
                    span=self._span((field, index)),
                )

    def _locate(self, text: str) -> RepoPath | None:
        return reference(self._index, self._directory, text, "", SourceSpan(path=self._file)).path

    def _plugins(self) -> Iterator[PluginRef]:
        for field in ("generators", "transformers", "validators"):
            for index, text in self._texts(field):
                span = self._span((field, index))
                if "\n" in text or text.lstrip().startswith("{"):
                    yield PluginRef(field=field, reference=None, objects=plugin_objects(text, self._file), span=span)
                    continue
                found = self._reference(text, field, (field, index))
                held: tuple[tuple[str, str], ...] = ()
                if found.kind is ReferenceKind.FILE and found.path:
                    held = plugin_objects(self._index.read(found.path), found.path)
                yield PluginRef(field=field, reference=found, objects=held, span=span)

    def _images(self) -> Iterator[Image]:
        for _, item in self._structs("images"):
            names = ("name", "newName", "newTag", "digest", "tagSuffix")
            name, new_name, new_tag, digest, suffix = (str(item.get(key) or "") for key in names)
            yield Image(name=name, new_name=new_name, new_tag=new_tag, digest=digest, tag_suffix=suffix)

    def _inputs(self) -> Iterator[Reference]:
        """Every file besides resources that the build reads."""
        for field in _PATCH_FIELDS:
            for index, item in enumerate(self._fields.get(field) or ()):
                inline = isinstance(item, str) and ("\n" in item or item.lstrip().startswith("{"))
                path = item.get("path") if isinstance(item, dict) else None if inline else item
                if isinstance(path, str) and path:
                    yield self._reference(
                        path, field, (field, index, "path") if isinstance(item, dict) else (field, index)
                    )
        for field in ("configMapGenerator", "secretGenerator"):
            for index, item in self._structs(field):
                for key in ("files", "envs"):
                    for number, text in enumerate(_strings(item, key)):
                        path = _file_source(text)[1] if key == "files" else text
                        yield self._reference(path, field, (field, index, key, number))
        for index, item in self._structs("replacements"):
            if isinstance(item.get("path"), str):
                yield self._reference(item["path"], "replacements", ("replacements", index, "path"))
        openapi = self._fields.get("openapi")
        if isinstance(openapi, dict) and isinstance(openapi.get("path"), str):
            yield self._reference(openapi["path"], "openapi", ("openapi", "path"))
        yield from self._helm_inputs()
        yield from self._plugin_inputs()

    def _helm_inputs(self) -> Iterator[Reference]:
        for index, item in self._structs("helmCharts"):
            place: KeyPath = ("helmCharts", index)
            for key in ("valuesFile", "additionalValuesFiles"):
                held = item.get(key)
                for text in (held,) if isinstance(held, str) else _strings(item, key):
                    yield self._reference(text, "helmCharts", (*place, key))
            for text in chart_folders(item, self._fields):
                local = self._reference(text, "helmCharts", place)
                if local.kind is ReferenceKind.DIRECTORY:
                    yield local
                    break

    def _chart_entries(self) -> Iterator[ChartEntry]:
        for index, item in self._structs("helmCharts"):
            yield chart_entry(item, index, self._file, self._fields, self._index)

    def _plugin_inputs(self) -> Iterator[Reference]:
        """Files that the configurations of builtin plugins name, as seen from this kustomization."""
        for field in ("generators", "transformers", "validators"):
            for index, text in self._texts(field):
                span = self._span((field, index))
                for path in builtin_inputs(self._index, self._directory, text):
                    yield reference(self._index, self._directory, path, field, span)

    def _texts(self, field: str) -> Iterator[tuple[int, str]]:
        for index, item in enumerate(self._fields.get(field) or ()):
            if not isinstance(item, str):
                self._fail(f"an entry of {field} is a text", (field, index))
            yield index, item

    def _structs(self, field: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
        for index, item in enumerate(self._fields.get(field) or ()):
            if not isinstance(item, dict):
                self._fail(f"an entry of {field} is a mapping", (field, index))
            yield index, item

    def _span(self, place: KeyPath) -> SourceSpan:
        """Where a normalised place was written; the nearest place above it where the spelling differed."""
        if self._positions is None:
            self._positions = {path: (at.line, at.column) for path, at in spans(self._data).items()}
        written = (self._written.get(str(place[0]).lower(), place[0]), *place[1:])
        while written and written not in self._positions:
            written = written[:-1]
        line, column = self._positions.get(written, (0, 0)) if written else (0, 0)
        return SourceSpan(path=self._file, line=line, column=column)

    def _note(self, code: str, summary: str, span: SourceSpan) -> None:
        self._notes.append(
            Diagnostic(
                code=code,
                severity=Severity.WARNING,
                summary=summary,
                span=span,
                remedy="correct or remove it: `kustomize build` refuses the file",
            )
        )

    def _fail(self, summary: str, place: KeyPath) -> NoReturn:
        raise MigrateError.of(
            "MIG110", summary, span=self._span(place), remedy="see the kustomization reference for the field's form"
        )


def _selector(target: Mapping[str, Json]) -> Selector:
    keys = {"labels": "labelSelector", "annotations": "annotationSelector"}
    names = ("group", "version", "kind", "name", "namespace", "labels", "annotations")
    return Selector(**{name: str(target.get(keys.get(name, name)) or "") for name in names})


def _subject(document: Mapping[str, Json]) -> Selector:
    gvk = Gvk.of(str(document.get("apiVersion") or ""), str(document.get("kind") or ""))
    metadata = document.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    name, namespace = (re.escape(str(held.get(key) or "")) for key in ("name", "namespace"))
    return Selector(
        group=re.escape(gvk.group), version=re.escape(gvk.version), kind=gvk.kind, name=name, namespace=namespace
    )


def _strings(item: Mapping[str, Json], key: str) -> tuple[str, ...]:
    held = item.get(key)
    return tuple(text for text in held if isinstance(text, str)) if isinstance(held, list) else ()


def _file_source(text: str) -> tuple[str, str]:
    """Key of the data and path of `files: [key=path]` or `files: [path]`."""
    key, equals, path = text.partition("=")
    return (key, path) if equals else (posixpath.basename(text), text)
