"""CODEOWNERS: the folders of the platform and of the applications have their teams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from migrator.model import RepoPath

GITHUB_PLACES = tuple(RepoPath(each) for each in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"))
"""The first of these counts (GitHub documentation, About code owners)."""
GITLAB_PLACES = tuple(RepoPath(each) for each in ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"))
"""Likewise (GitLab documentation, Code Owners)."""
_PLAIN = re.compile(r"[^\\\[\]!#*?\s]+")
_RULE = re.compile(r"^(?P<pattern>(?:[^\s#\[^\\]|\\.)(?:[^\s\\]|\\.)*)", re.MULTILINE)


def owned_lines(folders: Mapping[RepoPath, Sequence[str]]) -> tuple[tuple[str, ...], tuple[RepoPath, ...]]:
    """The lines for folders with their owners, and the folders whose names no pattern can say."""
    lines, odd = [], []
    for folder, owners in sorted(folders.items()):
        text = folder.replace(" ", "\\ ")
        if not _PLAIN.fullmatch(folder.replace(" ", "")):
            odd.append(folder)
        else:
            lines.append(f"/{text}/ {' '.join(owners)}")
    return tuple(lines), tuple(odd)


def with_owners(text: str, lines: Sequence[str]) -> str:
    """The file with the lines for folders that it says nothing of.

    The last pattern that matches counts, so each goes before the first rule below its own folder: what the team says
    about a part of the folder still holds.
    """
    for line in lines:
        pattern = line.rpartition("/ ")[0] + "/"
        rules = [(found["pattern"], found.start()) for found in _RULE.finditer(text)]
        if any(_plain(each) == _plain(pattern) for each, _ in rules):
            continue
        below = [start for each, start in rules if f"{_plain(each)}/".startswith(f"{_plain(pattern)}/")]
        if below:
            text = f"{text[: below[0]]}{line}\n{text[below[0] :]}"
        else:
            text += f"{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"
    return text


def _plain(pattern: str) -> str:
    return pattern.strip("/").removesuffix("/**").removesuffix("/*")
