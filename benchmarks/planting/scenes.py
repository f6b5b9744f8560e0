"""Repositories as they are migrated, deployed, handed over and proved in part, each with the faults of its kind."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

import migrator
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.plan import Decision
from planting.faults import DEPLOYED, HANDED, PARTIAL, PLAIN, Fault, Tree

URL = "https://git.example.org/team/platform.git"
REMOTE = "https://github.com/example/not-at-hand//base?ref=v1"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {url}, targetRevision: main, path: {path}}}
  destination: {{server: "https://{environment}.example.org", namespace: default}}
  syncPolicy: {{automated: {{prune: true, selfHeal: true}}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A kind of migrated repository, and what is planted in it."""

    name: str
    prepare: Callable[[Path, Tree | None], None]
    faults: tuple[tuple[str, str, Fault], ...]
    gitops: str | None = None


def _nothing(root: Path, plain: Tree | None) -> None:
    del root, plain


def _deployed_today(root: Path, plain: Tree | None) -> None:
    environments = plain.lock["environments"] if plain is not None else {}
    for environment, each in environments.items():
        for number, path in enumerate(each["before"]):
            (root / "deployed-today").mkdir(exist_ok=True)
            name = f"{environment}-{number}".lower()
            text = APPLICATION.format(name=name, url=URL, path=path, environment=environment)
            (root / "deployed-today" / f"{name}.yaml").write_text(text)


def _with_a_base_that_is_not_at_hand(root: Path, plain: Tree | None) -> None:
    if plain is not None:
        replace(plain, root=root).with_entry("resources", REMOTE)


SCENES = (
    Scene(name="plain", prepare=_nothing, faults=PLAIN),
    Scene(name="deployed", prepare=_nothing, faults=DEPLOYED, gitops="argocd"),
    Scene(name="handed", prepare=_deployed_today, faults=HANDED, gitops="argocd"),
    Scene(name="partial", prepare=_with_a_base_that_is_not_at_hand, faults=PARTIAL),
)


def migrated(before: Path, root: Path, scene: Scene, plain: Tree | None, options: migrator.Options) -> Tree:
    """A copy of a repository, migrated as the scene says, and committed."""
    shutil.copytree(before, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for each in (root, *root.rglob("*")):
        if not each.is_symlink():
            each.chmod(each.stat().st_mode | stat.S_IWUSR)
    scene.prepare(root, plain)
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", URL)
    _committed(root, "before")
    # Argo CD renders no patches behind a chart: there all is accepted that would be patched away
    told = replace(options, gitops=scene.gitops, max_impact="recreate" if scene.gitops else None)
    applied = migrator.apply(root, told)
    assert applied.is_written, [str(each) for each in applied.diagnostics][-3:]  # noqa: S101
    _committed(root, "migrated")
    moved: dict[str, tuple[migrator.ResId, ...]] = {}
    for each in applied.planned.plan.components:
        if each.decision is not Decision.PROPOSE and each.decision is not Decision.KEEP:
            for name, members in each.members.items():
                moved[name] = (*moved.get(name, ()), *members)
    return Tree(root=root, lock=_lock(root), moved=moved)


def planted(tree: Tree, scene: Scene, folder: Path) -> Iterator[tuple[str, str, Tree]]:
    """Code and words of each fault, and the copy of the tree that has it."""
    for code, what, fault in scene.faults:
        root = folder / "planted"
        shutil.copytree(tree.root, root, symlinks=True)
        changed = replace(tree, root=root)
        fault(changed)
        yield code, what, changed
        shutil.rmtree(root)


def audited(root: Path, options: migrator.Options) -> Diagnostics:
    """What the audit says of a tree, the error that ends it among it."""
    try:
        return migrator.audit(root, options).findings
    except MigrateError as error:
        return (error.diagnostic,)


def git(root: Path, *words: str) -> None:
    """Run git as nobody."""
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


def _committed(root: Path, message: str) -> None:
    git(root, "add", "-Af", ".")
    git(root, "commit", "-q", "-m", message)


def _lock(root: Path) -> Mapping[str, object]:
    held: Mapping[str, object] = yaml.safe_load((root / ".migrate/lock.yaml").read_text())
    return held
