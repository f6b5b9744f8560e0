"""The git generator of an ApplicationSet over the folders and files of the repository.

Argo CD documentation, Git Generator; `applicationset/generators/git.go`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from migrator.diagnostics import MigrateError
from migrator.gitops.reading.filling import FillingError, Params, normalized
from migrator.gitops.reading.repository import Tree, matching
from migrator.gitops.reading.trees import flat
from migrator.model import Json, RepoPath, mapping_of
from migrator.yamlio import Dialect, read_value


def from_git(generator: Mapping[str, Json], tree: Tree, *, go: bool) -> Iterator[Params]:
    """The parameters of each folder or file, in their order; raises FillingError for a file that is not YAML."""
    prefix = str(generator.get("pathParamPrefix") or "")
    if generator.get("directories"):
        for folder in _chosen(generator["directories"], _visible(tree), greedy=False):
            yield _params(folder, prefix, go=go)
    else:
        for file in _chosen(generator.get("files"), sorted(tree.index.files), greedy=True):
            for held in _objects(tree, file):
                own = dict(held) if go else dict(flat(held))
                yield {**own, **_params(RepoPath(posixpath.dirname(file) or "."), prefix, go=go, file=file)}


def _chosen(patterns: Json, paths: list[RepoPath], *, greedy: bool) -> list[RepoPath]:
    """What is named and not excluded: an `exclude` wins wherever it stands (`filterApps`)."""
    listed = [mapping_of(each) for each in patterns] if isinstance(patterns, list) else []
    taken: set[RepoPath] = set()
    for wanted in (True, False):
        for each in listed:
            if bool(each.get("exclude")) is not wanted:
                found = matching(str(each.get("path") or ""), paths, greedy=greedy)
                taken = taken | set(found) if wanted else taken - set(found)
    return sorted(taken)


def _visible(tree: Tree) -> list[RepoPath]:
    """Folders below the top, but for those whose name begins with a dot (`GetGitDirectories`)."""
    return [each for each in tree.folders if each != "." and not any(part[0] == "." for part in each.split("/"))]


def _objects(tree: Tree, file: RepoPath) -> Iterator[Mapping[str, Json]]:
    """A map of parameters, or a list of them."""
    try:
        value = read_value(tree.index.read(file), dialect=Dialect.SIGS, path=file)
    except MigrateError as error:
        raise FillingError(f"the generator reads {file}: {error.diagnostic.summary}") from None
    yield from map(mapping_of, value if isinstance(value, list) else [value])


def _params(folder: RepoPath, prefix: str, *, go: bool, file: str = "") -> Params:
    names: dict[str, str] = {"basename": posixpath.basename(folder) or "."}
    if file:
        names["filename"] = posixpath.basename(file)
    names |= {f"{key}Normalized": normalized(text) for key, text in names.items()}
    if go:
        held = {"path": {"path": folder, **names, "segments": folder.split("/")}}
        return {prefix: held} if prefix else held
    name = f"{prefix}.path" if prefix else "path"
    segments = {f"{name}[{at}]": part for at, part in enumerate(folder.split("/"))}
    return {name: folder, **{f"{name}.{key}": text for key, text in names.items()}, **segments}
