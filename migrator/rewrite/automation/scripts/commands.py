"""Which words of a command are paths: what is known of the commands that GitOps repositories use."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PATH_OPTIONS = frozenset(
    [
        "-f",
        "-k",
        "-C",
        "-R",
        "--filename",
        "--kustomize",
        "--file",
        "--values",
        "--directory",
        "--path",
        "--chdir",
        "--work-tree",
        "--schema-location",
        "--from-file",
        "--from-env-file",
        "--config",
        "-chdir",
        "--overlay",
        "--output",
        "--output-dir",
    ]
)
_ALL_PATHS = frozenset(
    [
        "cd",
        "pushd",
        "ls",
        "cat",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "rmdir",
        "find",
        "source",
        ".",
        "tree",
        "du",
        "yamllint",
        "kubeconform",
        "kubeval",
        "shellcheck",
        "stat",
        "touch",
        "test",
        "realpath",
        "dirname",
        "basename",
        "head",
        "tail",
        "wc",
        "tar",
        "rsync",
        "chmod",
        "diff",
        "dyff",
        "source",
    ]
)
_NO_PATHS = frozenset(
    [
        "echo",
        "printf",
        "log",
        "info",
        "warn",
        "ssh",
        "docker",
        "podman",
        "nerdctl",
        "crane",
        "skopeo",
        "cosign",
        "kubectl",
        "oc",
    ]
)
"""Their bare words are texts, images, hosts or objects; a path stands behind an option or begins with a dot."""
_REFS = frozenset(["checkout", "switch", "branch", "push", "pull", "fetch", "merge", "rebase", "tag", "reset"])
_BUILDERS = frozenset({"build", "kustomize"})
_MODE = re.compile(r"[0-7]{3,4}|[ugoa]*[-+=][rwxXst]*(?:,[ugoa]*[-+=][rwxXst]*)*")


def takes_paths(name: str, words: Sequence[str]) -> tuple[bool | None, ...]:
    """For each word: True for a path for sure, False for one if it has a slash, None for something else."""
    found: list[bool | None] = []
    before = ""
    is_behind = False
    for word in words:
        if before in _PATH_OPTIONS:
            verdict: bool | None = True
        elif name in ("kustomize", "kubectl", "oc") and before in _BUILDERS and not word.startswith("-"):
            verdict = word not in _BUILDERS
        elif _is_no_path(name, word) or (name == "git" and words and words[0] in _REFS and not is_behind):
            verdict = None
        elif name in _NO_PATHS:
            verdict = False if word.startswith(("./", "../", "\0", "--")) or _is_option_with_path(word) else None
        else:
            verdict = name in _ALL_PATHS and not word.startswith("-")
        found.append(verdict)
        is_behind = is_behind or word == "--"
        before = word
    return tuple(found)


def _is_option_with_path(word: str) -> bool:
    return word.partition("=")[0] in _PATH_OPTIONS and "=" in word


def _is_no_path(name: str, word: str) -> bool:
    return name == "chmod" and _MODE.fullmatch(word) is not None
