"""Monoliths on disk, divided, written and rendered again."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.diagnostics import Diagnostics
from migrator.lock import Lock, LockedEnvironment
from migrator.plan import Plan
from migrator.rewrite import FileEdit, commit, load_layout
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.split_overlays import divided
from migrator.yamlio import same


@dataclass(frozen=True, kw_only=True)
class Outcome:
    root: Path
    before: Baseline
    edits: tuple[FileEdit, ...]
    lock: Lock
    notes: Diagnostics

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def codes(self) -> list[str]:
        return [note.code for note in self.notes]


def read(root: Path, layout: str) -> Baseline:
    return read_baseline(Settings(root=root, layout=layout, no_cache=True, offline=True), Run())


def divide(root: Path, layout: str = "growing") -> Outcome:
    """The repository divided, written, and rendered again: the same objects in every environment."""
    before = read(root, layout)
    roots = {build.environment: (build.root,) for build in before.builds}
    environments = {name: LockedEnvironment(before=found, kustomize=found, helm=()) for name, found in roots.items()}
    lock = Lock(commit=None, tree="", engines={}, environments=environments)
    team = before.config.applications
    chosen = load_layout(layout, [root / ".migrate/rules"]).with_applications(
        {name: each.include for name, each in team.items()},
        {name: each.group for name, each in team.items() if each.group},
    )
    plan = Plan(complete=True, environments={}, components=())
    edits, lock, notes = divided(plan, chosen, before, (), lock)
    commit(root, edits)
    after = read(root, layout)
    assert rendered(after) == rendered(before)
    for build in before.builds:
        new = {
            each.id: each
            for found in after.builds
            if found.environment == build.environment
            for each in found.resources
        }
        assert all(same(each.body, new[each.id].body) for each in build.resources)
    return Outcome(root=root, before=before, edits=edits, lock=lock, notes=notes)


def rendered(baseline: Baseline) -> Mapping[str, list[str]]:
    return {build.environment: sorted(str(each.id) for each in build.resources) for build in baseline.builds}


def written(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(text))
    return root


def workload(name: str, more: str = "") -> str:
    return (
        f"# made by hand\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels: {{app: {name}}}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n"
        f"      containers:\n      - name: main\n        image: {name}:1{more}\n"
    )


SMALL = {
    "base/kustomization.yaml": "resources: [api, web]\n",
    "base/api/kustomization.yaml": "# ours\nresources:\n- api.yaml # by hand\n",
    "base/api/api.yaml": workload("api"),
    "base/api/NOTES.txt": "read me\n",
    "base/web/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web/web.yaml": workload("web"),
    "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamespace: dev\n",
    "overlays/prod/kustomization.yaml": """\
        # production
        resources:
        - ../../base
        namespace: prod
        images:
        # follows main
        - name: api
          newTag: "2" # {"$imagepolicy": "flux:api:tag"}
        - name: web
          newTag: "3"
        """,
}
