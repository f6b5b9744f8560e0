"""`migrate accept` of a component that is adopted: its patches are dropped, one maintenance window at a time."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, committed, git, tree

from migrator.compare import compare
from migrator.lock import load_lock
from migrator.model import resource_of
from migrator.plan.dropped import is_of_patches, remaining_patches
from migrator.plan.json_patch import DELETE

DB = "base/database/db.yaml"
IMAGE = "        image: registry.example.org/tiny/db:15.4\n"
NO_VALUE = IMAGE + "        workingDir: /ours\n"
LABELS = "  name: shop-db\n  namespace: shop\n  annotations: {team: shop}\n  labels:\n"
PLACE = "StatefulSet.apps/shop/shop-db#/spec/template/spec/containers/0/workingDir"
FOLDER = Path("helm-charts/databases/tiny-db/post-render")
BY_HAND = """\
  - target: {kind: StatefulSet, name: shop-db}
    patch: |
      - {op: replace, path: /spec/replicas, value: 3}
commonAnnotations: {by: hand}
"""


@pytest.fixture
def pinned(migrate: Migrate, app: Path, mirror: Path) -> Path:
    """A migrated repository; patches keep a field of the pods and an annotation of each object that has one."""
    path = app / DB
    text = path.read_text().replace(IMAGE, NO_VALUE, 1)
    path.write_text(text.replace("  name: shop-db\n  namespace: shop\n  labels:\n", LABELS, 1))
    committed(app)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err + shown.out
    return commit(app)


def commit(root: Path) -> Path:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    return root


def accept(migrate: Migrate, root: Path, mirror: Path, *given: str) -> Outcome:
    return migrate("accept", root, "tiny-db", *given, "--reason", "tonight", "--offline", "--chart-mirror", mirror)


def post_renders(root: Path) -> set[str | None]:
    lock = load_lock(root)
    assert lock is not None
    return {
        each.post_render for found in lock.environments.values() for each in found.helm if each.component == "tiny-db"
    }


def changed(root: Path) -> list[str]:
    git(root, "add", "-A", "-N")
    return git(root, "diff", "--name-only").splitlines()


def verdict(migrate: Migrate, root: Path, mirror: Path) -> str:
    shown = migrate("verify", root, "--offline", "--chart-mirror", mirror, "--format", "json")
    return str(json.loads(shown.out)["verdict"])


def test_one_window_after_the_other(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    assert post_renders(pinned) == {"post-render/common"}
    first = accept(migrate, pinned, mirror, "--up-to", "metadata")
    assert first.code == 0, first.err
    assert "tiny-db  adopt-with-patches: patches keep 1 object in dev and 1 object in prod as they were" in first.out
    dropped, left = first.out.split("is pinned as before")
    assert "metadata  1 annotation on 1 Secret" in dropped
    assert f"e.g. {PLACE}" in left
    assert changed(pinned) == [".migrate/lock.yaml", f"{FOLDER}/common/kustomization.yaml", "migrate.yaml"]
    kept = (pinned / FOLDER / "common/kustomization.yaml").read_text()
    assert ("team: shop" in kept, "workingDir" in kept) == (False, True)
    assert verdict(migrate, pinned, mirror) == "identical-under-allowances"
    commit(pinned)

    command = shlex.split(first.out.splitlines()[-1].removeprefix("  next  "))
    assert command[:6] == ["migrate", "accept", str(pinned), "tiny-db", "--up-to", "rollout"]
    command[7] = "the window of Sunday"
    shown = migrate(*command[1:], "--format", "json")
    assert shown.code == 0, shown.err
    second = json.loads(shown.out)
    assert (second["decision"], second["patches"], second["left"]) == ("adopt", 0, [])
    assert [group["example"].split(" ")[0] for group in second["groups"]] == [PLACE]
    assert second["next"].startswith("migrate verify ")
    assert post_renders(pinned) == {None}
    assert not (pinned / FOLDER).exists()
    assert verdict(migrate, pinned, mirror) == "identical-under-allowances"
    commit(pinned)
    assert "Nothing to do" in migrate("apply", pinned, "--relock", "--offline", "--chart-mirror", mirror).out
    assert "[MIG930]" in accept(migrate, pinned, mirror, "--up-to", "rollout").err


def test_a_plan_lists_what_patches_keep_with_the_command_that_drops_the_least(
    migrate: Migrate, pinned: Path, mirror: Path
) -> None:
    options = ("--offline", "--chart-mirror", mirror)
    (found,) = json.loads(migrate("plan", pinned, *options, "--format", "json").out)["pinned"]
    assert (found["component"], found["environments"]) == ("tiny-db", ["dev", "prod"])
    assert [(each["impact"], each["count"], each["admitted"]) for each in found["groups"]] == [
        ("rollout", 1, False),
        ("metadata", 1, False),
    ]
    assert shlex.split(found["next"])[1:6] == ["accept", str(pinned), "tiny-db", "--up-to", "metadata"]
    shown = migrate("plan", pinned, *options).out
    assert "Adopted, pinned by patches\n  tiny-db  without its patches would change\n    - rollout" in shown
    assert f"      next  {found['next']}" in shown or f"    next  {found['next']}" in shown
    assert "Adopted, pinned by patches" in migrate("plan", pinned, *options, "--format", "markdown").out
    assert accept(migrate, pinned, mirror, "--up-to", "rollout").code == 0
    assert json.loads(migrate("plan", pinned, *options, "--format", "json").out)["pinned"] == []


def test_pins_that_cannot_be_told_are_a_warning(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    (pinned / FOLDER / "common/kustomization.yaml").unlink()
    commit(pinned)
    shown = migrate("plan", pinned, "--offline", "--chart-mirror", mirror)
    assert (shown.code, "warning" in shown.err, f"{FOLDER}/common" in shown.err) == (0, True, True), shown.err


def test_what_nothing_comes_of_writes_nothing(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    before = tree(pinned)
    shown = accept(migrate, pinned, mirror, "--up-to", "none")
    assert (shown.code, shown.out) == (1, "")
    assert "[MIG930]" in shown.err
    assert (
        "1 difference in pods' containers.workingDir on 1 StatefulSet: rollout; 1 annotation on 1 Secret" in shown.err
    )
    (pinned / "migrate.yaml").write_text("refuse: [{only: 'Secret/**', reason: ours}]\n")
    refused = accept(migrate, pinned, mirror, "--up-to", "metadata")
    assert (refused.code, "[MIG930]" in refused.err) == (1, True)
    (pinned / "migrate.yaml").unlink()
    assert tree(pinned) == before


def test_a_tree_that_the_lock_does_not_know_is_refused(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    path = pinned / FOLDER.parent / "values.yaml"
    path.write_text(path.read_text() + "  # ours\n")
    chart = pinned / "base/kustomization.yaml"
    chart.write_text(chart.read_text() + "\ncommonAnnotations: {more: x}\n")
    before = tree(pinned)
    shown = accept(migrate, pinned, mirror, "--up-to", "metadata")
    assert (shown.code, "[MIG712]" in shown.err, "--relock" in shown.err) == (1, True, True), shown.err
    assert tree(pinned) == before


def test_what_environments_share_is_divided_where_it_must_be_and_other_fields_stay(
    migrate: Migrate, pinned: Path, mirror: Path
) -> None:
    path = pinned / FOLDER / "common/kustomization.yaml"
    path.write_text(f"{path.read_text().rstrip()}\n{BY_HAND}")
    assert migrate("apply", pinned, "--relock", "--offline", "--chart-mirror", mirror).code == 0
    commit(pinned)
    shown = accept(migrate, pinned, mirror, "--only", PLACE, "--format", "json")
    assert shown.code == 0, shown.err
    assert [group["environments"] for group in json.loads(shown.out)["left"]] == [["dev"], ["dev", "prod"]]
    assert post_renders(pinned) == {"post-render/dev", "post-render/prod"}
    dev, prod = ((pinned / FOLDER / name / "kustomization.yaml").read_text() for name in ("dev", "prod"))
    assert ("replicas" in dev, "replicas" in prod) == (True, False)
    assert all("by: hand" in text and "team: shop" in text and "workingDir" not in text for text in (dev, prod))
    assert not path.exists()
    commit(pinned)
    assert accept(migrate, pinned, mirror, "--up-to", "rollout").code == 0
    assert post_renders(pinned) == {"post-render/dev", "post-render/prod"}, "something is done behind the chart still"
    assert "patches" not in (pinned / FOLDER / "prod/kustomization.yaml").read_text()


def test_what_would_change_beside_it_stops_everything(
    migrate: Migrate, pinned: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator.workflow.deciding.drop.remaining_patches", lambda *_: ())
    before = tree(pinned)
    shown = accept(migrate, pinned, mirror, "--up-to", "metadata")
    assert (shown.code, "[MIG935]" in shown.err, PLACE in shown.err) == (1, True, True), shown.err
    assert tree(pinned) == before


def test_an_object_that_stays_out_is_still_left_out() -> None:
    made = resource_of({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "n"}})
    found = compare([], [made])
    patches = remaining_patches({made.id: made}, {}, found)
    assert [(each.target, each.operations) for each in patches] == [(made.id, (DELETE,))]
    assert all(map(is_of_patches, found))
    assert not any(map(is_of_patches, compare([made], []))), "a patch brings no object"
