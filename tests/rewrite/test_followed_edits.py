"""Scripts and workflows of a repository follow what `apply` moves, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cli_support import Migrate, tree

WORKFLOW = """\
on:
  pull_request:
    paths:
      - base/database/**   # the database
jobs:
  build:
    steps:
      - run: |
          # base/database
          kubeconform base/database/db.yaml
          kustomize build "overlays/${{ matrix.env }}"
"""
OWNERS = "* @platform\n/base/database/ @dba   # ask first\n"
MAKEFILE = "build:\n\tkustomize build overlays/prod\n"
CHART = "helm-charts/databases/tiny-db"
FILES = {
    ".github/workflows/ci.yml": WORKFLOW,
    "CODEOWNERS": OWNERS,
    "Makefile": MAKEFILE,
    "scripts/diff.sh": 'cd "$(dirname "$0")/.."\nfor part in api database; do kustomize build "base/$part"; done\n',
    "scripts/show.py": 'print(open("base/database/db.yaml").read())\n',
    "argocd/prod.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: prod}
spec: {source: {repoURL: https://git.example.org/shop.git, path: overlays/prod}}
""",
    "renovate.json": '{\n  "extends": ["config:recommended"]\n}\n',
}


def automated(app: Path) -> Path:
    for path, text in FILES.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_text(text)
    return app


def test_what_is_followed_is_in_the_plan_and_what_is_not_is_named(migrate: Migrate, app: Path, mirror: Path) -> None:
    shown = migrate("plan", automated(app), "--offline", "--chart-mirror", mirror, "--format", "json")
    assert shown.code == 0, shown.err
    plan = json.loads(shown.out)
    followed = [each["path"] for each in plan["changes"] if each["cause"] == "automation"]
    assert followed == [".github/workflows/ci.yml", "CODEOWNERS", "renovate.json"]
    found = [each for each in plan["diagnostics"] if each["code"] == "MIG651"]
    places = [f"{each['path']}:{each['line']}" for each in found]
    assert places == [".github/workflows/ci.yml:10", "scripts/diff.sh:2", "scripts/show.py:1"]


def test_only_the_paths_differ_after_apply(migrate: Migrate, app: Path, mirror: Path) -> None:
    before = tree(automated(app))
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    assert "CODEOWNERS" in next(line for line in shown.out.splitlines() if line.startswith("  follow "))
    after = tree(app)
    wanted = {
        ".github/workflows/ci.yml": WORKFLOW.replace("base/database/**", f"{CHART}/**"),
        "CODEOWNERS": OWNERS.replace("base/database", CHART),
        "renovate.json": (app / "renovate.json").read_text(),
    }
    assert '"(^|/)values'.replace('"', "/") in wanted["renovate.json"]
    for path in FILES:
        assert after[path] == (hashlib.sha256(wanted[path].encode()).hexdigest() if path in wanted else before[path]), (
            path
        )


def test_a_second_run_changes_nothing(migrate: Migrate, app: Path, mirror: Path) -> None:
    assert migrate("apply", automated(app), "--offline", "--chart-mirror", mirror).code == 0
    before = tree(app)
    assert migrate("apply", app, "--offline", "--chart-mirror", mirror).code == 0
    assert tree(app) == before


def test_what_is_divided_is_followed_too(migrate: Migrate, app: Path, mirror: Path) -> None:
    automated(app)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--layout", "enterprise")
    assert shown.code == 0, shown.err
    assert (app / "environments/prod/kustomization.yaml").is_file()
    assert (app / "argocd/prod.yaml").read_text() == FILES["argocd/prod.yaml"].replace("overlays", "environments")
    assert (app / "Makefile").read_text() == MAKEFILE.replace("overlays", "environments")
