"""Files that generators name and the repository does not hold: in copies, empty ones stand in for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.load import Generator, Kustomization, Kustomizations, Reach, ReferenceKind
from migrator.model import Json, RepoPath, mapping_of
from migrator.yamlio import Dialect, read_documents

GENERATORS = frozenset({"configMapGenerator", "secretGenerator"})


def stand_ins(reach: Reach, kustomizations: Kustomizations) -> tuple[RepoPath, ...]:
    """The missing files without which a root does not build; none where something else is missing as well.

    Scripts and secrets are often made or fetched by a pipeline. What is generated of them is known by name and place
    then, and its content is nobody's business: so nothing stands in where a root copies that to other objects.
    """
    held = [kustomizations.by_path[path] for path in reach.directories if path in kustomizations.by_path]
    made = [generator for each in held for generator in each.generators if _lacks(generator, kustomizations)]
    if made and any(_may_be(source, made) for each in held for source in _copied(each, kustomizations)):
        return ()
    paths = {each.path for each in reach.missing if each.field in GENERATORS and each.path is not None}
    if len({each.path for each in reach.missing}) != len(paths):
        return ()
    return tuple(sorted(path for path in paths if not (kustomizations.index.root / path).exists()))


def _lacks(generator: Generator, kustomizations: Kustomizations) -> bool:
    paths = (*(path for _, path in generator.files), *generator.envs)
    return any(path is not None and not (kustomizations.index.root / path).exists() for path in paths)


def _copied(held: Kustomization, kustomizations: Kustomizations) -> Iterator[Json]:
    """What the variables and replacements of a kustomization read from; None where nobody knows."""
    for variable in _entries(held.fields.get("vars")):
        yield mapping_of(variable).get("objref")
    files = {each.text: each.path for each in held.inputs if each.field == "replacements"}
    for entry in _entries(held.fields.get("replacements")):
        named = mapping_of(entry).get("path")
        path = files.get(str(named)) if named is not None else None
        for each in _in_file(path, kustomizations) if named is not None else [entry]:
            yield mapping_of(each).get("source")


def _in_file(path: RepoPath | None, kustomizations: Kustomizations) -> list[Json]:
    try:
        data = kustomizations.index.read(path) if path is not None else b"-"
        documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=path or RepoPath(""))
    except MigrateError:
        return [None]
    return [each for document in documents for each in (_entries(document.value) or [document.value])]


def _entries(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _may_be(source: Json, made: Iterable[Generator]) -> bool:
    """Whether content is copied from what a generator makes."""
    held = mapping_of(source)
    kind, name = str(held.get("kind") or ""), str(held.get("name") or "")
    return any(kind in ("", each.kind) and (not name or each.name in name) for each in made)


def stood_in(kustomizations: Kustomizations) -> frozenset[RepoPath]:
    """The kustomization files of whose generators a file is missing."""
    return frozenset(
        held.file
        for held in kustomizations.by_path.values()
        for each in held.references
        if each.field in GENERATORS and each.kind is ReferenceKind.MISSING
    )


def put(stage: Path, paths: Iterable[RepoPath]) -> None:
    """Leave an empty file at each path of a copy."""
    for path in paths:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        (stage / path).touch()


def notice(root: RepoPath, reach: Reach, paths: Iterable[RepoPath]) -> Diagnostic:
    """What to tell of a root that was built so."""
    shown = ", ".join(paths)
    return Diagnostic(
        code="MIG216",
        severity=Severity.WARNING,
        summary=f"{root} is built with an empty file in the place of {shown}, which is not in the repository",
        span=reach.missing[0].span,
        remedy="what is generated of it stays as it is; put the file there to have its content compared as well",
    )
