"""Which files are automation, and of which kind: by name, or by the first line of a script."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Mapping, Sequence

from migrator.model import RepoPath
from migrator.rewrite.automation.configuration.ci_pipelines import included
from migrator.rewrite.automation.configuration.gitops_objects import has_gitops

MAX_SIZE = 1 << 20
"""Larger files are not read."""
_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("Makefile", "makefile", "GNUmakefile"), "make"),
    **dict.fromkeys(
        ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"), "renovate"
    ),
    "CODEOWNERS": "owners",
}
_ENDINGS: Mapping[str, str] = {".mk": "make", ".sh": "shell", ".bash": "shell", ".py": "python"}
_PATTERNS: Sequence[tuple[str, str]] = (
    (r"\.github/workflows/[^/]+\.ya?ml", "github"),
    (r"(?:.*/)?action\.ya?ml", "github"),
    (r"\.github/dependabot\.ya?ml", "dependabot"),
    (r"(?:.*/)?[^/]*\.?gitlab-ci\.ya?ml|\.gitlab/.*\.ya?ml", "gitlab"),
    (r"(?:.*/)?\.sops\.ya?ml", "sops"),
    (r".*\.ya?ml", "gitops"),
)
_INTERPRETER = re.compile(rb"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?P<name>bash|dash|sh|python[\d.]*)\b")


def may_be_automation(path: RepoPath) -> bool:
    """Whether a file is worth reading: by its name, or as a script without one."""
    return bool(_by_name(path)) or "." not in posixpath.basename(path)


def _by_name(path: RepoPath) -> str:
    name = posixpath.basename(path)
    found = _NAMES.get(name) or _ENDINGS.get(posixpath.splitext(name)[1])
    return found or next((kind for pattern, kind in _PATTERNS if re.fullmatch(pattern, path)), "")


def kind_of(path: RepoPath, data: bytes) -> str:
    """What a file is; empty for what is not automation."""
    found = _by_name(path)
    if not found and (interpreter := _INTERPRETER.match(data)):
        return "python" if interpreter["name"].startswith(b"python") else "shell"
    return found if found != "gitops" or has_gitops(data) else ""


def pipelines_of(files: Mapping[RepoPath, bytes]) -> frozenset[RepoPath]:
    """The files that pipelines of GitLab include, and those that these include."""
    found: set[RepoPath] = set()
    pending = [path for path in files if _by_name(path) == "gitlab"]
    while pending:
        path = pending.pop()
        found.add(path)
        patterns = included(files[path].decode("utf-8", "replace")) if len(files[path]) <= MAX_SIZE else ()
        pending += [
            each for pattern in patterns for each in files if each not in found and fnmatch.fnmatchcase(each, pattern)
        ]
    return frozenset(found)
