"""Marks on objects that are about to move, by which their old owner leaves them alone (facts A8, A11, F1 and F10)."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from migrator.compare.scopes import is_cluster_wide
from migrator.discover import KUSTOMIZATION_NAMES
from migrator.gitops.deployer import Tool
from migrator.model import Json, RepoPath, Resource, mapping_of
from migrator.rewrite import FileEdit
from migrator.yamlio import Append, Dialect, dump, edit, read_value

MARKS_FILE = "handover-marks{}.yaml"
"""In the folder of a root: what its patches put on the objects that move; a number tells several apart."""
CAUSE = "handover"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
PRUNE_DISABLED = "kustomize.toolkit.fluxcd.io/prune"
_WANTED = ("Prune=false", "Delete=false")
_REGEX_SIGN = re.compile(r"[\\.+*?()|\[\]{}^$]")
_MARKS_NAME = re.compile(r"handover-marks(-\d+)?\.yaml")
_HASH = re.compile(r"-[a-z0-9]{10}$")


def is_marks_file(path: RepoPath) -> bool:
    """Whether the name of a file is that of marks."""
    return _MARKS_NAME.fullmatch(posixpath.basename(path)) is not None


def mark_of(resource: Resource, tool: Tool) -> tuple[str, str]:
    """The annotation that protects an object: its name, and its value beside what the object says there already."""
    if tool is Tool.FLUX:
        return PRUNE_DISABLED, "disabled"
    annotations = mapping_of(mapping_of(resource.body.get("metadata")).get("annotations"))
    said = [each.strip() for each in str(annotations.get(SYNC_OPTIONS) or "").split(",") if each.strip()]
    kept = [each for each in said if each.split("=", 1)[0] not in ("Prune", "Delete")]
    return SYNC_OPTIONS, ",".join((*kept, *_WANTED))


def marking(
    folder: RepoPath, texts: Mapping[RepoPath, bytes], moving: Iterable[Resource], tool: Tool
) -> Iterator[FileEdit]:
    """The edits of a root that mark its moving objects, after all other patches; `texts` are the files of its folder.

    Raises MIG102 where its kustomization cannot be edited.
    """
    by_mark: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for each in moving:
        by_mark[mark_of(each, tool)].append(each)
    path = next(
        RepoPath(posixpath.normpath(f"{folder}/{name}"))
        for name in KUSTOMIZATION_NAMES
        if RepoPath(posixpath.normpath(f"{folder}/{name}")) in texts
    )
    text = texts[path].decode()
    own = mapping_of(read_value(text, dialect=Dialect.SIGS, path=path))
    added: list[Append] = []
    for count, (mark, objects) in enumerate(sorted(by_mark.items(), key=lambda item: item[0])):
        name = MARKS_FILE.format(f"-{count}" if count else "")
        added += [
            Append(path=("patches",), value={"path": name, "target": target}) for target in _targets(objects, own)
        ]
        marks = RepoPath(posixpath.normpath(f"{folder}/{name}"))
        yield FileEdit(path=marks, before=None, after=_marks(mark).encode(), cause=CAUSE)
    yield FileEdit(path=path, before=texts[path], after=edit(text, added).encode(), cause=CAUSE)


def _marks(mark: tuple[str, str]) -> str:
    body = {"apiVersion": "v1", "kind": "Any", "metadata": {"name": "any", "annotations": dict([mark])}}
    return dump(body, comments={("apiVersion",): "While these objects change hands their old owner leaves them alone."})


def _targets(objects: Iterable[Resource], own: Mapping[str, Json]) -> Iterator[Mapping[str, str]]:
    """Selectors of exactly these objects, as they are called before the kustomization itself renames them."""
    names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    prefix, suffix = str(own.get("namePrefix") or ""), str(own.get("nameSuffix") or "")
    for each in objects:
        name = each.id.name
        if each.origin is not None and each.origin.generated:
            name = _HASH.sub("", name)
        name = name.removeprefix(prefix).removesuffix(suffix)
        wide = is_cluster_wide(each.id.group, each.id.kind) or own.get("namespace")
        names[each.id.group, each.id.kind, "" if wide else each.own_namespace].add(name)
    for (group, kind, namespace), found in sorted(names.items()):
        quoted = "|".join(_REGEX_SIGN.sub(lambda sign: "\\" + sign[0], name) for name in sorted(found))
        fields = {"group": group, "kind": kind, "namespace": namespace, "name": quoted}
        yield {key: text for key, text in fields.items() if text}


def unmarked(resource: Resource, tool: Tool) -> Json:
    """The body of a marked object without the mark, as far as that is the tool's own."""
    metadata = dict(mapping_of(resource.body.get("metadata")))
    annotations = dict(mapping_of(metadata.get("annotations")))
    name = PRUNE_DISABLED if tool is Tool.FLUX else SYNC_OPTIONS
    kept = [each for each in str(annotations.pop(name, "")).split(",") if each not in (*_WANTED, "disabled", "")]
    if kept:
        annotations[name] = ",".join(kept)
    metadata.pop("annotations", None)
    return {**resource.body, "metadata": {**metadata, "annotations": annotations} if annotations else metadata}
