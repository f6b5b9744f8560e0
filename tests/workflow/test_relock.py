"""`apply --relock`: after a meant change the lock follows, and what the change does is shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, commit_all, git, tree
from small_shop import CHART, SHOP, written

from migrator.lock import load_lock

FOLDER = "helm-charts/messaging/tiny-queue"


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    for version in ("1.2.0", "1.3.0"):
        chart = {path: text.replace("1.2.0", version) for path, text in CHART.items()}
        if version == "1.3.0":
            chart["templates/queue.yaml"] = chart["templates/queue.yaml"].replace("5672}", "5673}")
        written(tmp_path / "charts", {f"tiny-queue-{version}/{path}": text for path, text in chart.items()})
    return tmp_path / "charts"


@pytest.fixture
def root(migrate: Migrate, tmp_path: Path, charts: Path) -> Path:
    """A migrated repository, committed."""
    made = written(tmp_path / "shop", SHOP)
    git(made, "init", "-q")
    commit_all(made)
    assert migrate("apply", made, "--offline", "--chart-mirror", charts).code == 0
    commit_all(made)
    return made


def relock(migrate: Migrate, root: Path, charts: Path, *more: str) -> Outcome:
    return migrate("apply", root, "--relock", "--offline", "--chart-mirror", charts, *more)


def audit(migrate: Migrate, root: Path, charts: Path) -> list[str]:
    shown = migrate("audit", root, "--offline", "--chart-mirror", charts, "--format", "json")
    return [each["code"] for each in json.loads(shown.out)["findings"] if each["severity"] != "info"]


def test_a_lock_that_says_what_is_there_stays(migrate: Migrate, root: Path, charts: Path) -> None:
    before = tree(root)
    shown = relock(migrate, root, charts)
    assert (shown.code, "Nothing to do" in shown.out) == (0, True)
    assert tree(root) == before


def test_a_chart_upgrade(migrate: Migrate, root: Path, charts: Path) -> None:
    base = git(root, "rev-parse", "HEAD")
    chart = root / FOLDER / "Chart.yaml"
    chart.write_text(chart.read_text().replace("version: 1.2.0", "version: 1.3.0"))
    assert audit(migrate, root, charts) == ["MIG804", "MIG804"]
    before = tree(root)
    shown = relock(migrate, root, charts, "--diff")
    assert "tiny-queue: tiny-queue 1.2.0 -> 1.3.0" in shown.out
    assert tree(root) == before

    shown = relock(migrate, root, charts)
    assert shown.code == 0, shown.err
    assert "5672 -> 5673" in shown.out
    assert "Verdict: differs" in shown.out
    lock = load_lock(root)
    assert lock is not None
    assert (lock.commit, lock.verdict) == (base, "differs")
    assert {each.helm[0].version for each in lock.environments.values()} == {"1.3.0"}
    assert "version: 1.3.0" in (root / FOLDER / "Chart.lock").read_text()
    assert set(tree(root)) == set(before)
    changed = [path for path, data in tree(root).items() if data != before[path]]
    assert sorted(changed) == [".migrate/lock.yaml", f"{FOLDER}/Chart.lock"]
    assert audit(migrate, root, charts) == []
    commit_all(root)
    assert "Nothing to do" in relock(migrate, root, charts).out


def test_a_chart_lock_that_is_of_no_chart_is_written_anew(migrate: Migrate, root: Path, charts: Path) -> None:
    file = root / FOLDER / "Chart.lock"
    whole = file.read_text()
    file.write_text(whole.replace("digest: sha256:", "digest: sha256:0"))
    assert audit(migrate, root, charts) == ["MIG804"]
    assert relock(migrate, root, charts).code == 0
    assert file.read_text() == whole


def test_values_are_explained_by_the_manifests_that_they_came_from(migrate: Migrate, root: Path, charts: Path) -> None:
    values = root / FOLDER / "values-prod.yaml"
    values.write_text(values.read_text().replace("replicas: 3", "replicas: 5"))
    assert relock(migrate, root, charts).code == 0
    commit_all(root)
    shown = migrate("explain", "tiny-queue", "replicas", "--repo", root, "--offline", "--chart-mirror", charts)
    assert shown.code == 0, shown.err
    assert "overlays/prod/queue.yaml" in shown.out


def test_values_come_and_go_and_a_release_goes(migrate: Migrate, root: Path, charts: Path) -> None:
    (root / FOLDER / "values-dev.yaml").write_text("tiny-queue:\n  replicas: 7\n")
    shown = relock(migrate, root, charts)
    assert "tiny-queue in dev: values values.yaml, values-dev.yaml" in shown.out
    assert "1 -> 7" in shown.out
    assert audit(migrate, root, charts) == []
    commit_all(root)
    (root / FOLDER / "values-dev.yaml").unlink()
    shown = json.loads(relock(migrate, root, charts, "--format", "json").out)
    assert (shown["changes"], shown["written"]) == (["tiny-queue in dev: values values.yaml"], True)
    commit_all(root)
    shutil.rmtree(root / FOLDER)
    shown = relock(migrate, root, charts)
    assert f"{FOLDER} is gone, so it is not a release any more" in shown.out
    lock = load_lock(root)
    assert lock is not None
    assert (dict(lock.components), [each.helm for each in lock.environments.values()]) == ({}, [(), ()])


@pytest.mark.parametrize(
    ("spoilt", "old", "new", "code", "words"),
    [
        (f"{FOLDER}/Chart.yaml", "version: 1.2.0", "version: 1.x", 1, "[MIG723]"),
        (f"{FOLDER}/Chart.yaml", "  - name: tiny-queue", "  - name: other", 1, "[MIG703]"),
        (f"{FOLDER}/Chart.yaml", "version: 1.2.0", "version: 9.9.9", 1, "9.9.9"),
        ("overlays/dev/kustomization.yaml", "resources:", "resources: [", 3, "Nothing was written"),
    ],
)
def test_what_no_lock_can_follow_writes_nothing(  # noqa: PLR0917
    migrate: Migrate, root: Path, charts: Path, spoilt: str, old: str, new: str, code: int, words: str
) -> None:
    text = (root / spoilt).read_text()
    assert old in text
    (root / spoilt).write_text(text.replace(old, new))
    before = tree(root)
    shown = relock(migrate, root, charts)
    assert (shown.code, words in shown.out + shown.err) == (code, True), shown.err + shown.out
    assert tree(root) == before


def test_a_lock_that_nobody_committed_has_nothing_to_be_compared_with(
    migrate: Migrate, tmp_path: Path, charts: Path
) -> None:
    made = written(tmp_path / "shop", SHOP)
    assert "[MIG711]" in relock(migrate, made, charts).err
    assert migrate("apply", made, "--offline", "--chart-mirror", charts).code == 0
    shown = relock(migrate, made, charts)
    assert (shown.code, "[MIG724]" in shown.err) == (1, True)


def test_it_does_nothing_else(migrate: Migrate, root: Path, charts: Path) -> None:
    shown = relock(migrate, root, charts, "--only", "tiny-queue")
    assert shown.code != 0
    assert "--relock writes the lock and nothing else: it goes without --only" in shown.err


def test_what_was_committed_with_the_lock_is_not_compared_and_that_is_said(
    migrate: Migrate, root: Path, charts: Path
) -> None:
    (root / FOLDER / "values.yaml").write_text("tiny-queue:\n  replicas: 3\n")
    assert "[MIG725]" not in relock(migrate, root, charts, "--diff").err, "the commit has the tree that was proved"
    git(root, "add", "-A")
    git(root, "commit", "-q", "--amend", "-m", "the migration, and more")
    shown = relock(migrate, root, charts)
    assert shown.code == 0, shown.err
    assert "[MIG725]" in shown.err
    assert "migrate verify --base REF" in shown.err
