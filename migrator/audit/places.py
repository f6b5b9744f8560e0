"""Where an object of a build is written: the file that kustomize names as its origin, and the line in it."""

from __future__ import annotations

from migrator.audit.types import Subject
from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, ResId, SourceSpan
from migrator.yamlio import Dialect, read_documents


def place_of(subject: Subject, environment: str, res_id: ResId) -> SourceSpan | None:
    """The place of a kustomize-built object, of this environment if it has it, else of any; None where none has it."""
    builds = sorted(subject.builds, key=lambda build: (build.environment != environment, build.root))
    for build in builds:
        for resource in build.resources:
            if resource.id == res_id:
                origin = resource.origin
                if origin is None or origin.remote:
                    return SourceSpan(path=build.root)
                return SourceSpan(path=origin.path, line=0 if origin.generated else _line(subject, origin.path, res_id))
    return None


def _line(subject: Subject, path: RepoPath, res_id: ResId) -> int:
    """Line of the object's document, 0 where names were changed on the way and more than one could be meant."""
    try:
        documents = read_documents(subject.index.read(path), dialect=Dialect.KUSTOMIZE, path=path)
    except MigrateError:
        return 0
    of_kind = [each for each in documents if isinstance(each.value, dict) and each.value.get("kind") == res_id.kind]
    named = [each for each in of_kind if (each.value.get("metadata") or {}).get("name") == res_id.name] or of_kind
    return named[0].line if len(named) == 1 else 0
