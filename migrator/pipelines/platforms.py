"""The pipelines of GitHub and GitLab that check releases, overlays and the repository as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, mapping_of
from migrator.pipelines.deployed import Deployed
from migrator.pipelines.shell import word
from migrator.pipelines.templates import filled, load_tools
from migrator.pipelines.tool_lines import install
from migrator.version import __version__
from migrator.yamlio import Append, Dialect, Set, edit, flow, read_value

WORKFLOWS = ".github/workflows"
GITLAB = RepoPath(".gitlab-ci.yml")
GITLAB_PART = RepoPath(".gitlab/ci/hybrid.yml")
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_DEFAULT_BRANCHES = ("main", "master")
_STAGE = "test"
_MIGRATE = word(f"migrate-gitops=={__version__}")


def github(
    all_of_it: Deployed, validate: RepoPath, hybrid: RepoPath, *, has_policies: bool, branch: str = ""
) -> Mapping[str, str]:
    """Name of a workflow -> its text; `validate` and `hybrid` are the paths of the script and the workflow they use."""
    tools = load_tools()
    words = {
        "branches": flow([branch] if _BRANCH.fullmatch(branch) else list(_DEFAULT_BRANCHES)),
        "runner": tools.runner,
        "checkout": tools.checkout,
        "setup_python": tools.setup_python,
        "python": f'"{tools.python}"',
        "migrate": _MIGRATE,
        "validate": validate,
        "hybrid": f"./{hybrid}",
        "checks": "kubeconform, conftest" if has_policies else "kubeconform",
        "policies": ", and held against the policies of the repository" if has_policies else "",
    }
    found = {"hybrid": filled("github/hybrid.yaml", words)}
    for name, programs in _programs(all_of_it, has_policies=has_policies).items():
        lines = install(programs, all_of_it, "$HOME/.local/bin", indent=" " * 8)
        lines += f'\n{" " * 8}echo "$HOME/.local/bin" >> "$GITHUB_PATH"'
        found[name] = filled(f"github/{name}.yaml", {**words, "tools": lines})
    return found


def gitlab(all_of_it: Deployed, validate: RepoPath, *, has_policies: bool, stage: str = _STAGE) -> str:
    """The file with all jobs that `.gitlab-ci.yml` includes."""
    tools = load_tools()
    words = {"stage": flow(stage), "image": tools.image, "migrate": _MIGRATE, "validate": validate}
    parts = {"infrastructure": "", "applications": ""}
    for name, programs in _programs(all_of_it, has_policies=has_policies).items():
        lines = install(programs, all_of_it, "/usr/local/bin", indent=" " * 4)
        parts[name] = filled(f"gitlab/{name}.yaml", {**words, "tools": lines})
    return filled("gitlab/hybrid.yaml", {**words, **parts})


def _programs(all_of_it: Deployed, *, has_policies: bool) -> Mapping[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    if all_of_it.releases:
        found["infrastructure"] = ("helm", "kustomize", "kubeconform", "checkov")
    if all_of_it.overlays:
        found["applications"] = ("kustomize", "helm", "kubeconform", *(["conftest"] if has_policies else []))
    return found


def including(data: bytes | None, part: RepoPath = GITLAB_PART) -> bytes:
    """`.gitlab-ci.yml` with an entry for the file of the jobs, if it has none yet; MIG102 where it cannot get one."""
    if data is None:
        return f"include:\n- local: {flow(part)}\n".encode()
    held = mapping_of(_read(data)).get("include")
    entries = held if isinstance(held, list) else [] if held is None else [held]
    if any(_named(each) == part for each in entries):
        return data
    entry = {"local": str(part)}
    if held is None or isinstance(held, list):
        return edit(data.decode(), [Append(path=("include",), value=entry)]).encode()
    return edit(data.decode(), [Set(path=("include",), value=[held, entry])]).encode()


def _named(entry: object) -> str:
    """The file of the repository that an entry of `include` names."""
    name = entry if isinstance(entry, str) else mapping_of(entry).get("local")
    return name.removeprefix("/") if isinstance(name, str) else ""


def stage_of(data: bytes | None) -> str:
    """A stage that the pipeline has: `test` if it can, else its first own one."""
    try:
        stages = mapping_of(_read(data or b"")).get("stages")
    except MigrateError:
        return _STAGE
    names = [each for each in stages if isinstance(each, str)] if isinstance(stages, list) else []
    return _STAGE if not names or _STAGE in names else names[0]


def _read(data: bytes) -> object:
    """The pipeline; GitLab's own tags (`!reference`) are no part of what is asked of it."""
    return read_value(data, dialect=Dialect.SIGS, path=GITLAB)
