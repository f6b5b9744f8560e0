"""By which addresses the objects of Argo CD and Flux know the repository that they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from migrator.discover import Index
from migrator.gitops.deployed import foreign_repositories, gitops_files, written_folders
from migrator.rewrite.automation.configuration.yaml_scalars import documents
from migrator.yamlio import YamlError

_SOURCE = "GitRepository"


def own_repositories(index: Index) -> tuple[str, ...]:
    """The addresses, as they are written, of the repositories of which every folder that is deployed is here."""
    named = {(each.repository, each.folder) for _, each in written_folders(index) if each.repository}
    own = {repository for repository, _ in named} - foreign_repositories(index, named)
    if not own:
        return ()
    plain = {each for each in own if not each.startswith(f"{_SOURCE} ")}
    return tuple(sorted(plain | {url for name, url in _sources(index) if f"{_SOURCE} {name}" in own}))


def _sources(index: Index) -> Iterator[tuple[str, str]]:
    """Name and address of each repository of Flux."""
    for _, data in gitops_files(index):
        with suppress(UnicodeDecodeError, YamlError):
            for each in documents(data.decode("utf-8")):
                if each.at("kind") == _SOURCE and (url := each.at("spec", "url")):
                    yield each.at("metadata", "name") or "", url
