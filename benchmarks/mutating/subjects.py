"""Small migrated repositories, made of the fixture, that hold every kind of file that a proof rests on."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import migrator

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CHARTS = FIXTURES / "charts"

FRONTEND = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources:
- deployment.yaml
components:
- ../../components/limits
configMapGenerator:
- name: frontend-pages
  files:
  - pages/banner.txt
  options: {disableNameSuffixHash: true}
secretGenerator:
- name: frontend-session
  envs:
  - session.env
  options: {disableNameSuffixHash: true}
patches:
- path: patches/port.yaml
  target: {kind: Deployment, name: frontend}
"""

EXTRA: Mapping[str, str] = {
    "base/frontend/kustomization.yaml": FRONTEND,
    "base/frontend/pages/banner.txt": "Welcome\nto the shop\n",
    "base/frontend/session.env": "SESSION_KEY=not-a-real-one\n",
    "base/frontend/patches/port.yaml": (
        "- op: add\n  path: /spec/template/metadata/annotations\n  value:\n    team: web\n"
    ),
    "components/limits/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: limits.yaml\n"
    ),
    "components/limits/limits.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: frontend\nspec:\n  revisionHistoryLimit: 3\n"
    ),
}

ALLOWANCE = """\
id: team-dashboards
description: What the dashboards of the team say of themselves
impact: metadata
reason: They are generated anew every night.
scope:
  kinds: [ConfigMap]
  names: [dashboard-*]
  differences: [added, removed, changed]
  paths:
    - [metadata, annotations, "*"]
"""

CONFIG = "components:\n  tiny-cache: keep\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A migrated repository whose head is clean."""

    name: str
    root: Path
    cache: Path

    @property
    def options(self) -> migrator.Options:
        """How it is verified and audited; the cache is warm, and the same for every change."""
        return migrator.Options(offline=True, chart_mirrors=(CHARTS,), cache=self.cache)


def git(root: Path, *words: str) -> None:
    """Run git as nobody."""
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


def _committed(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def made(name: str, folder: Path) -> Subject:
    """The subject of that name, below a folder, migrated and committed."""
    root = folder / name
    shutil.copytree(FIXTURES / "simple-app", root)
    for file, text in {**EXTRA, "migrate.yaml": CONFIG, ".migrate/rules/allowances/dashboards.yaml": ALLOWANCE}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    config, after = SUBJECTS[name]
    (root / "migrate.yaml").write_text(CONFIG + config)
    git(root, "init", "-q", "-b", "main")
    _committed(root, "before")
    subject = Subject(name=name, root=root, cache=folder / f"{name}-cache")
    migrator.apply(root, subject.options)
    after(root)
    _committed(root, "migrated")
    return subject


def _as_it_is(root: Path) -> None:
    """Charts come from where the umbrellas say."""


def _vendored(root: Path) -> None:
    """One chart lies unpacked in its umbrella, the other as an archive."""
    for umbrella in sorted(file.parent for file in root.glob("helm-charts/*/*/Chart.yaml")):
        charts = umbrella / "charts"
        charts.mkdir()
        chart = CHARTS / umbrella.name
        if umbrella.name == "tiny-db":
            shutil.copytree(chart, charts / chart.name)
        else:
            version = next(line.split()[1] for line in (chart / "Chart.yaml").open() if line.startswith("version:"))
            with tarfile.open(charts / f"{chart.name}-{version}.tgz", "w:gz") as packed:
                packed.add(chart, chart.name)


SUBJECTS: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    "fetched": ("", _as_it_is),
    "patched": ("max_impact: none\nlayout: enterprise\n", _vendored),
    "deployed": ("gitops: argocd\n", _as_it_is),
}
"""Name -> what `migrate.yaml` says beside, and what is done once it is migrated."""
