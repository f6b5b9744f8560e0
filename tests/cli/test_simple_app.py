"""The main job on the fixture, from the command line, offline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import Migrate, committed, git, tree

from migrator.engines import find_helm, find_kustomize
from migrator.lock import LOCK_PATH, read_lock

PASSWORD = "not-a-real-password"
ENCODED = "bm90LWEtcmVhbC1wYXNzd29yZA=="


def plan_of(migrate: Migrate, app: Path, mirror: Path, *more: object) -> dict[str, Any]:
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json", *more)
    assert shown.code == 0, shown.err
    return json.loads(shown.out)


def component(plan: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in plan["components"] if each["id"] == name)


class TestPlan:
    def test_the_labelled_chart_is_adopted_as_it_is(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        found = component(plan_of(migrate, app, mirror), "tiny-monitor")

        assert found["decision"] == "adopt"
        assert found["chart"]["version"] == "2.3.1"
        assert (found["release"], found["namespace"], found["category"]) == ("monitor", "monitoring", "monitoring")
        assert found["impact"] == "none"
        assert found["residual"] == []
        common, prod = found["values"]["common"], found["values"]["environments"]["prod"]
        assert common["retention"] == "14d"
        assert common["extraArgs"] == ["--web.enable-lifecycle"]
        assert [job["name"] for job in common["scrape"]["jobs"]] == ["self", "api"]
        assert prod["replicaCount"] == 2
        assert "dev" not in found["values"]["environments"]

    def test_the_unlabelled_chart_is_adopted_under_a_named_allowance(
        self, migrate: Migrate, app: Path, mirror: Path
    ) -> None:
        found = component(plan_of(migrate, app, mirror), "tiny-db")

        assert found["decision"] == "adopt"
        assert found["impact"] == "metadata"
        assert found["resources_by_environment"] == {"dev": 5, "prod": 6}
        assert {each["allowance"] for each in found["differences"]} == {"helm-bookkeeping-labels"}
        assert found["values"]["environments"]["prod"]["replicas"] == 3

    def test_the_hand_written_cache_is_only_proposed(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        found = component(plan_of(migrate, app, mirror), "tiny-cache")
        assert found["decision"] == "propose"
        assert found["reason"]

    def test_applications_stay(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        plan = plan_of(migrate, app, mirror)
        assert component(plan, "api")["decision"] == "keep"
        assert plan["complete"]
        assert plan["environments"]["prod"] == {"roots": ["overlays/prod"], "status": "built"}

    def test_nothing_is_written(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        before = tree(app.parent)
        plan_of(migrate, app, mirror)
        assert tree(app.parent) == before

    def test_the_same_input_gives_the_same_plan(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        assert plan_of(migrate, app, mirror) == plan_of(migrate, app, mirror, "--no-cache")

    def test_an_impact_below_metadata_does_not_admit_labels(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        found = component(plan_of(migrate, app, mirror, "--max-impact", "none"), "tiny-db")
        assert found["decision"] in ("adopt-with-patches", "propose")
        assert not any(each["allowance"] for each in found["differences"] if found["decision"] != "propose")

    def test_only_one_component(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        plan = plan_of(migrate, app, mirror, "--only", "tiny-monitor")
        assert component(plan, "tiny-db")["decision"] == "keep"
        assert component(plan, "tiny-monitor")["decision"] == "adopt"
        assert not any("databases" in change["path"] for change in plan["changes"])

    def test_a_person_may_name_another_category(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        (app / "migrate.yaml").write_text(
            "categories: {tiny-db: storage}\ncomponents: {tiny-monitor: {category: core}}\n"
        )
        plan = plan_of(migrate, app, mirror)
        assert (component(plan, "tiny-db")["category"], component(plan, "tiny-monitor")["category"]) == (
            "storage",
            "core",
        )
        assert "helm-charts/storage/tiny-db/Chart.yaml" in [change["path"] for change in plan["changes"]]

    def test_detailed_exit_code(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--detailed-exitcode")
        assert shown.code == 2

    @pytest.mark.parametrize("output_format", ["text", "json", "markdown"])
    def test_no_secret_is_shown(self, migrate: Migrate, app: Path, mirror: Path, output_format: str) -> None:
        shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", output_format, "--verbose")
        assert "<redacted sha256:" in shown.out or output_format == "markdown"
        for text in (shown.out, shown.err):
            assert PASSWORD not in text
            assert ENCODED not in text

    def test_verbose_says_where_the_time_went(self, migrate: Migrate, app: Path, mirror: Path, tmp_path: Path) -> None:
        timings = tmp_path / "timings.json"
        shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--verbose", "--timings", timings)
        steps = json.loads(timings.read_text())["steps"]
        assert list(steps) == [
            "discover", "load", "build", "graph", "classify", "resolve", "infer", "plan", "rewrite", "report"
        ]  # fmt: skip
        assert all(step in shown.err for step in steps)

    def test_quiet_is_quiet(self, migrate: Migrate, app: Path) -> None:
        shown = migrate("plan", app, "--offline", "--quiet")
        assert shown.err == ""


class TestApply:
    def test_every_environment_renders_what_it_did(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        committed(app)
        before = {name: built(app / "overlays" / name) for name in ("dev", "prod")}
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert shown.code == 0, shown.err
        assert "Verdict: identical-under-allowances." in shown.out

        after = followed(app, mirror)
        assert after.keys() == before.keys()
        for name, objects in before.items():
            assert after[name].keys() == objects.keys()
            assert {key: without_labels(each) for key, each in after[name].items()} == {
                key: without_labels(each) for key, each in objects.items()
            }

    def test_the_tree_is_what_the_layout_says(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        migrate("apply", app, "--offline", "--chart-mirror", mirror)
        database = app / "helm-charts" / "databases" / "tiny-db"
        names = ["Chart.lock", "Chart.yaml", "values-prod.yaml", "values.yaml"]
        assert sorted(path.name for path in database.iterdir()) == names
        chart = yaml.safe_load((database / "Chart.yaml").read_text())
        assert chart["dependencies"] == [
            {"name": "tiny-db", "version": "1.4.0", "repository": "https://tiny.example.org/charts"}
        ]
        values = yaml.safe_load((database / "values.yaml").read_text())
        assert values["tiny-db"]["auth"]["password"] == PASSWORD
        assert not (app / "base" / "database").exists()

    def test_comments_and_other_bytes_survive(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        migrate("apply", app, "--offline", "--chart-mirror", mirror)
        overlay = (app / "overlays" / "prod" / "kustomization.yaml").read_text()
        assert "# the api waits for its connections to drain\n- path: patches/api.yaml\n" in overlay
        assert "patches/db.yaml" not in overlay
        assert "the database carries the shop at noon" not in overlay
        api = (app / "base" / "api" / "deployment.yaml").read_text()
        assert '# {"$imagepolicy": "shop:api"}' in api
        assert (app / "base" / "monitoring" / "dashboard.yaml").exists()

    def test_planning_again_finds_nothing_to_do(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        migrate("apply", app, "--offline", "--chart-mirror", mirror)
        written = tree(app)
        again = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--detailed-exitcode")
        assert again.code == 0
        assert "Nothing to do" in again.out
        assert migrate("apply", app, "--offline", "--chart-mirror", mirror).code == 0
        assert tree(app) == written

    def test_one_component_today_and_the_rest_next_month(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        committed(app)
        first = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--only", "tiny-monitor")
        assert first.code == 0, first.err
        assert (app / "base" / "database" / "db.yaml").exists()
        git(app, "add", "-A")
        git(app, "commit", "-q", "-m", "monitor")

        second = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert second.code == 0, second.err
        lock = yaml.safe_load((app / ".migrate" / "lock.yaml").read_text())
        assert set(lock["components"]) == {"tiny-monitor", "tiny-db"}
        assert [each["component"] for each in lock["environments"]["prod"]["after"]["helm"]] == [
            "tiny-db",
            "tiny-monitor",
        ]

    def test_verify_proves_it_again_from_git(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        committed(app)
        migrate("apply", app, "--offline", "--chart-mirror", mirror)
        good = migrate("verify", app, "--offline", "--chart-mirror", mirror)
        assert good.code == 0, good.err
        assert migrate("verify", app, "--base", "HEAD", "--offline", "--chart-mirror", mirror).code == 0

        values = app / "helm-charts" / "monitoring" / "tiny-monitor" / "values-prod.yaml"
        values.write_text(values.read_text().replace("replicaCount: 2", "replicaCount: 5"))
        bad = migrate("verify", app, "--offline", "--chart-mirror", mirror, "--format", "json")
        assert bad.code == 3
        document = json.loads(bad.out)
        assert document["verdict"] == "differs"
        assert "Deployment.apps/monitoring/monitor#/spec/replicas" in bad.out

    def test_audit_finds_what_went_astray(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        (app / "migrate.yaml").write_text("components: {tiny-cache: keep}\n")
        migrate("apply", app, "--offline", "--chart-mirror", mirror)
        good = migrate("audit", app, "--offline", "--chart-mirror", mirror)
        assert good.code == 0, good.out

        values = app / "helm-charts" / "monitoring" / "tiny-monitor" / "values.yaml"
        values.write_text(values.read_text().replace("14d", "1d"))
        bad = migrate("audit", app, "--offline", "--chart-mirror", mirror, "--format", "sarif")
        assert bad.code == 2
        assert json.loads(bad.out)["runs"][0]["results"]

    def test_json_says_what_was_written(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--format", "json")
        document = json.loads(shown.out)
        assert document["written"]
        assert document["proof"]["verdict"] == "identical-under-allowances"
        assert PASSWORD not in shown.out


def test_infer_by_hand(migrate: Migrate, app: Path, mirror: Path) -> None:
    target = app / "base" / "monitoring" / "monitor.yaml"
    shown = migrate("infer", "--chart", mirror / "tiny-monitor", "--target", target, "--format", "json")
    document = json.loads(shown.out)
    assert shown.code == 0, shown.err
    assert document["verdict"] == "identical"
    assert document["release"] == "monitor"
    assert document["values"]["common"]["retention"] == "14d"


def built(root: Path) -> dict[tuple[str, ...], Any]:
    tool = find_kustomize()
    command = [str(tool.path), "kustomize"] if tool.name == "kubectl" else [str(tool.path), "build"]
    return objects(subprocess.run([*command, str(root)], check=True, capture_output=True).stdout, "")


def followed(app: Path, mirror: Path) -> dict[str, dict[tuple[str, ...], Any]]:
    """Every environment as the lock's recipe renders it, by helm and kustomize alone."""
    lock = yaml.safe_load((app / ".migrate" / "lock.yaml").read_text())
    found: dict[str, dict[tuple[str, ...], Any]] = {}
    for name, environment in lock["environments"].items():
        found[name] = {}
        for root in environment["after"]["kustomize"]:
            found[name] |= built(app / root)
        for release in environment["after"]["helm"]:
            chart = app / release["path"]
            dependency = chart / "charts" / release["dependency"]["name"]
            dependency.parent.mkdir(exist_ok=True)
            dependency.symlink_to(mirror / release["dependency"]["name"])
            command = [str(find_helm().path), "template", release["release"], str(chart), "-n", release["namespace"]]
            command += ["--kube-version", lock["engines"]["kubeVersion"], "--include-crds"]
            for values in release["values"]:
                command += ["-f", str(chart / values)]
            stream = subprocess.run(command, check=True, capture_output=True).stdout
            if release["postRender"]:
                stream = post_rendered(stream, chart / release["postRender"])
            found[name] |= objects(stream, release["namespace"])
            dependency.unlink()
    return found


def post_rendered(stream: bytes, folder: Path) -> bytes:
    (missing,) = [
        name
        for name in yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
        if not (folder / name).exists()
    ]
    (folder / missing).write_bytes(stream)
    tool = find_kustomize()
    command = [str(tool.path), "kustomize"] if tool.name == "kubectl" else [str(tool.path), "build"]
    patched = subprocess.run([*command, str(folder)], check=True, capture_output=True).stdout
    (folder / missing).unlink()
    return patched


def objects(stream: bytes, namespace: str) -> dict[tuple[str, ...], Any]:
    found = {}
    for body in yaml.safe_load_all(stream):
        metadata = body["metadata"] if body else {}
        if not body or "test" in str((metadata.get("annotations") or {}).get("helm.sh/hook", "")):
            continue
        if body["kind"] not in ("Namespace", "ClusterRole", "ClusterRoleBinding"):
            metadata.setdefault("namespace", namespace)
        found[body["apiVersion"], body["kind"], metadata.get("namespace", ""), metadata["name"]] = body
    return found


def without_labels(body: dict[str, Any]) -> dict[str, Any]:
    """The object without the two labels that the fixture's allowance is about."""
    labels = {
        key: value
        for key, value in (body["metadata"].get("labels") or {}).items()
        if key not in ("helm.sh/chart", "app.kubernetes.io/managed-by")
    }
    return {**body, "metadata": {**body["metadata"], "labels": labels}}


def test_dividing_and_adopting_are_one_apply(migrate: Migrate, app: Path, mirror: Path) -> None:
    given = ("--offline", "--chart-mirror", mirror, "--layout", "enterprise")
    applied = migrate("apply", committed(app), *given)
    assert applied.code == 0, applied.err
    assert (app / "infrastructure/databases/tiny-db/Chart.yaml").is_file()
    assert (app / "applications/shop/api/overlays/prod/kustomization.yaml").is_file()
    assert (app / "environments/prod/kustomization.yaml").is_file()
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "after")
    assert migrate("verify", app, "--base", "HEAD~1", "--offline", "--chart-mirror", mirror).code == 0
    before = tree(app)
    assert "Nothing to do." in migrate("apply", app, *given).out
    assert tree(app) == before


def test_one_component_today_and_the_rest_another_day(migrate: Migrate, app: Path, mirror: Path) -> None:
    given = ("--offline", "--chart-mirror", mirror, "--layout", "growing", "--allow-dirty")
    assert migrate("apply", app, *given, "--only", "tiny-monitor").code == 0
    assert not (app / "applications").exists()
    later = migrate("apply", app, *given)
    assert later.code == 0, later.err
    assert (app / "helm-charts/databases/tiny-db/Chart.yaml").is_file()
    assert (app / "applications/api/overlays/prod/kustomization.yaml").is_file()
    assert "Nothing to do." in migrate("apply", app, *given).out


def test_what_was_admitted_for_a_component_stays_in_the_lock(migrate: Migrate, app: Path, mirror: Path) -> None:
    """Another day its own files are the baseline, and need no allowance: that is not what was proved of it."""
    given = ("--offline", "--chart-mirror", mirror, "--allow-dirty")
    assert migrate("apply", app, *given, "--only", "tiny-db").code == 0
    assert "MIG725" not in migrate("apply", app, *given).err
    lock = read_lock((app / LOCK_PATH).read_bytes())
    assert lock.components["tiny-db"].allowances == ("helm-bookkeeping-labels",)
    assert lock.components["tiny-monitor"].allowances == ()


def test_what_a_person_changed_meanwhile_stays_and_is_not_recorded_in_silence(
    migrate: Migrate, app: Path, mirror: Path
) -> None:
    given = ("--offline", "--chart-mirror", mirror, "--allow-dirty")
    assert migrate("apply", app, *given, "--only", "tiny-db").code == 0
    values = app / "helm-charts/databases/tiny-db/values.yaml"
    values.write_text(values.read_text().replace("size: 5Gi", "size: 6Gi  # mine"))
    shown = migrate("apply", app, *given)
    assert shown.code == 0, shown.err
    said = next(line for line in shown.err.splitlines() if "[MIG725]" in line)
    assert "dev: release:shop/shop-db, prod: release:shop/shop-db" in said
    assert "size: 6Gi  # mine" in values.read_text()


def test_what_was_divided_can_be_adopted_later(migrate: Migrate, app: Path, mirror: Path) -> None:
    given = ("--offline", "--chart-mirror", mirror, "--layout", "enterprise", "--allow-dirty")
    config = app / "migrate.yaml"
    config.write_text("components: {tiny-db: keep}\n")
    assert migrate("apply", app, *given).code == 0
    database = app / "infrastructure/databases/tiny-db"
    assert (database / "overlays/prod/db-pdb.yaml").is_file()
    config.unlink()
    later = migrate("apply", app, *given)
    assert later.code == 0, later.err
    assert sorted(path.name for path in database.iterdir()) == [
        *("Chart.lock", "Chart.yaml", "values-prod.yaml", "values.yaml")
    ]
    assert "tiny-db" not in (app / "environments/prod/kustomization.yaml").read_text()
    assert "Nothing to do." in migrate("apply", app, *given).out
