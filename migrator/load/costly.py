"""What costs an engine more than a file of its size should."""

from __future__ import annotations

import re
from dataclasses import replace

from migrator.diagnostics import Diagnostic, MigrateError
from migrator.load.tree import Kustomizations
from migrator.model import RepoPath
from migrator.yamlio import EXCESSIVE_ALIASES, Dialect, read_documents

_ALIAS = re.compile(rb"[\s,:\[{-]\*\w")


def costly(root: RepoPath, kustomizations: Kustomizations) -> Diagnostic | None:
    """Why a root must not be given to kustomize: it would write out aliases that expand without measure."""
    for file in kustomizations.reach(root).files:
        problem = _expanding(kustomizations, file)
        if problem is not None:
            return replace(problem, summary=f"{root} does not build: {problem.summary}", remedy="write it out")
    return None


def _expanding(kustomizations: Kustomizations, file: RepoPath) -> Diagnostic | None:
    try:
        data = kustomizations.index.read(file)
        if _ALIAS.search(data):
            read_documents(data, dialect=Dialect.KUSTOMIZE, path=file)
    except MigrateError as error:  # what else is wrong kustomize says better
        return error.diagnostic if EXCESSIVE_ALIASES in error.diagnostic.summary else None
    return None
