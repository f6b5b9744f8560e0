"""CODEOWNERS: the folders of the platform and of the applications have their teams."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from migrator.discover.upkeep import Teams
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.rewrite import Layout

GITHUB_PLACES = tuple(RepoPath(each) for each in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"))
"""The first of these counts (GitHub documentation, About code owners)."""
GITLAB_PLACES = tuple(RepoPath(each) for each in ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"))
"""Likewise (GitLab documentation, Code Owners)."""
_PLATFORM = "platform/{part}"
_PLAIN = re.compile(r"[^\\\[\]!#*?\s]+")
_RULE = re.compile(r"^(?P<pattern>(?:[^\s#\[^\\]|\\.)(?:[^\s\\]|\\.)*)", re.MULTILINE)


def owned_folders(
    lock: Lock, layout: Layout, teams: Teams, files: Collection[RepoPath]
) -> Mapping[RepoPath, Sequence[str]]:
    """Folder -> its owners, of those that teams are named for; `files` are those of the new tree."""
    charts = {each.path for held in lock.environments.values() for each in held.helm}
    roots = {root for held in lock.environments.values() for root in held.kustomize}
    emitted = {RepoPath(posixpath.dirname(by.file)) for held in lock.environments.values() for by in held.deployed_by}
    applications = set(_fixed(layout.application, files))
    platform = {*_fixed(layout.infrastructure, files), *_fixed(layout.platform or _PLATFORM, files)}
    platform |= {*(_fixed(layout.chart, files) or charts), *emitted}
    if applications:
        platform |= {each for each in roots if not _is_below(each, applications)}  # they list what both teams own
    else:
        applications = {each for each in roots if not _is_below(each, platform)}
    owned = {each: teams.platform for each in _tops(platform) if teams.platform}
    return owned | {each: teams.applications for each in _tops(applications) if teams.applications}


def _is_below(folder: RepoPath, others: Collection[RepoPath]) -> bool:
    return any(folder.startswith(f"{each}/") for each in others)


def _fixed(pattern: str, files: Collection[RepoPath]) -> tuple[RepoPath, ...]:
    """The fixed part of a layout's pattern, where it has one and something lies there."""
    fixed = pattern.partition("{")[0].rpartition("/")[0]
    return (RepoPath(fixed),) if fixed and any(each.startswith(f"{fixed}/") for each in files) else ()


def _tops(folders: Collection[RepoPath]) -> Iterator[RepoPath]:
    """The folders that lie in no other of them; never the whole repository."""
    named = [each for each in folders if each not in {"", "."}]
    return (each for each in sorted(named) if not _is_below(each, named))


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
