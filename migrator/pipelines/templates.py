"""Texts of `rules/pipelines/` with their `@words@` filled in; each value comes quoted for where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from migrator.model import RepoPath
from migrator.yamlio import rules_directory
from migrator.yamlio.fields import Field, FileKind, strict_file

_WORD = re.compile(r"@([a-z_]+)@")
_FILE = FileKind(code="MIG301", remedy="correct the rule file", prefix="the tools of pipelines cannot be used: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A program that comes as an archive with one file to take out."""

    url: str
    version: str
    member: str
    sha256: str
    """Of the archive in this version."""
    checksums: str = ""
    """Where the publisher lists those of other versions, for what comes in the version of a lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What pipelines use, each at a version."""

    checkout: str
    setup_python: str
    image: str
    runner: str
    python: str
    checkov: str
    archives: Mapping[str, Archive]
    rule_labels: Mapping[str, str]
    """Chart that runs a Prometheus -> the label with the name of its release that its rules have."""


def filled(name: str, words: Mapping[str, str]) -> str:
    """The text of that name; KeyError for a word that nobody gave."""
    text = (rules_directory() / "pipelines" / name).read_text(encoding="utf-8")
    return _WORD.sub(lambda found: words[found[1]], text)


@lru_cache(maxsize=1)
def load_tools() -> Tools:
    """The tools that ship; MIG301 where their file does not say what it must."""
    path = rules_directory() / "pipelines" / "tools.yaml"
    file = strict_file(path.read_bytes(), RepoPath("pipelines/tools.yaml"), _FILE)
    actions = file.child("actions")
    return Tools(
        checkout=actions.child("checkout").text(),
        setup_python=actions.child("python").text(),
        image=file.child("image").text(),
        runner=file.child("runner").text(),
        python=file.child("python").text(),
        checkov=file.child("checkov").text(),
        rule_labels={name: each.text() for name, each in file.child("ruleLabels").entries()},
        archives={name: _archive(each) for name, each in file.child("archives").entries()},
    )


def _archive(held: Field) -> Archive:
    keys = ("url", "version", "member", "sha256")
    held.refuse_others((*keys, "checksums"))
    return Archive(**{key: held.child(key).text() for key in keys}, checksums=held.child("checksums").text(""))
