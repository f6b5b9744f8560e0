"""Where new objects of Flux go so that what is there deploys them: beside an old owner, below its parent."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from migrator.diagnostics import MigrateError
from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.gitops.deployer import Deployer, Tool
from migrator.model import RepoPath, mapping_of
from migrator.yamlio import Append, Dialect, edit, read_documents, read_value


def entries_of(owners: Iterable[Deployer]) -> Mapping[str, RepoPath]:
    """Environment -> the folder of an owner that another deploys; nothing where its owners are applied by hand."""
    return {
        each.environment: RepoPath(posixpath.dirname(each.span.path) or ".")
        for each in owners
        if each.tool is Tool.FLUX and each.span is not None and each.delivered_by is not None
    }


def source_names(owners: Iterable[Deployer], index: Index) -> Mapping[str, str]:
    """Environment -> what the source is called that its owner reads."""
    found: dict[str, str] = {}
    for each in owners:
        if each.tool is not Tool.FLUX or each.span is None:
            continue
        try:
            documents = read_documents(index.read(each.span.path), dialect=Dialect.SIGS)
        except MigrateError:
            continue
        for document in documents:
            body = mapping_of(document.value)
            if body.get("kind") == each.id.kind and mapping_of(body.get("metadata")).get("name") == each.id.name:
                name = mapping_of(mapping_of(body.get("spec")).get("sourceRef")).get("name")
                found[each.environment] = str(name or "")
    return {environment: name for environment, name in found.items() if name}


def listing(files: Sequence[RepoPath], folders: Iterable[RepoPath], index: Index) -> Mapping[RepoPath, bytes]:
    """Kustomizations of these folders with the new files among their resources; others take all files by themselves.

    MIG102 where one cannot be edited.
    """
    found: dict[RepoPath, bytes] = {}
    for folder in sorted(set(folders)):
        new = sorted(posixpath.basename(file) for file in files if (posixpath.dirname(file) or ".") == folder)
        for name in KUSTOMIZATION_NAMES:
            path = RepoPath(posixpath.normpath(f"{folder}/{name}"))
            if new and path in index.files:
                text = index.read(path).decode()
                held = mapping_of(read_value(text, dialect=Dialect.SIGS, path=path)).get("resources")
                missing = [each for each in new if not isinstance(held, list) or each not in held]
                found[path] = edit(text, [Append(path=("resources",), value=each) for each in missing]).encode()
    return found
