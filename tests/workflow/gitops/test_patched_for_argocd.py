"""Components that need patches behind their chart, under Argo CD: a kustomization inflates the chart, or they stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from cli_support import Migrate, commit_all, committed, git
from deployed_today import deployed_by_argocd
from emitted_objects import ArgoCd, applied, deployed, documents, proved, sorted_bodies

from migrator.gitops.emit.written import Written
from migrator.lock import LOCK_PATH, read_lock

PLACE = Path("platform/argocd")
ENABLED = "gitops: {argocd: {enable_helm: true}}\n"
SETTINGS = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\n"
    "data: {kustomize.buildOptions: --enable-helm --load-restrictor LoadRestrictionsNone}\n"
)


def pin(app: Path) -> Path:
    """The database holds a field that no value of its chart expresses."""
    vendored = app / "base/database/db.yaml"
    image = "        image: registry.example.org/tiny/db:15.4\n"
    vendored.write_text(vendored.read_text().replace(image, f"{image}        workingDir: /ours\n", 1))
    return app


@pytest.fixture
def pinned(app: Path) -> Path:
    return committed(pin(app))


def test_it_stays_in_kustomize_and_says_what_would_help(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    """An Application has no place for patches behind a chart, so a release would bring its objects twice or changed."""
    planned = migrate("plan", pinned, "--offline", "--chart-mirror", mirror, "--gitops", "argocd")
    told = planned.out + planned.err
    assert "tiny-db stays in Kustomize: patches behind its chart keep it as it is" in told
    assert "`kustomize.buildOptions: --enable-helm` in its ConfigMap argocd-cm" in told
    assert "enable_helm: true" in told
    assert "MIG662" in applied(migrate, pinned, mirror, "enterprise")
    argocd = ArgoCd(pinned, mirror)
    (root_app,) = documents(pinned / PLACE / "root-app-dev.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    assert {each["metadata"]["name"] for each in applications if "releaseName" in str(each)} == {"tiny-monitor-dev"}
    rendered = [each for application in applications for each in argocd.rendered(application)]
    assert sorted_bodies(rendered) == proved(pinned, "dev", mirror)


@pytest.mark.parametrize(("file", "text"), [("migrate.yaml", ENABLED), ("argocd/cm.yaml", SETTINGS)])
def test_kustomize_inflates_the_chart_where_it_may(
    migrate: Migrate, pinned: Path, mirror: Path, file: str, text: str
) -> None:
    """What kustomize itself prints for the folder that the Application names is what the proof renders."""
    (pinned / file).parent.mkdir(exist_ok=True)
    (pinned / file).write_text(text)
    commit_all(pinned, "enabled")
    assert "MIG662" not in applied(migrate, pinned, mirror, "growing")
    for environment in ("dev", "prod"):
        wanted = proved(pinned, environment, mirror)
        assert sorted_bodies(deployed("argocd", pinned, mirror, environment)) == wanted
        container = next(wanted[each] for each in wanted if each.startswith("StatefulSet.apps") and "shop-db" in each)[
            "spec"
        ]["template"]["spec"]["containers"][0]
        assert container["workingDir"] == "/ours"
        (application,) = documents(pinned / PLACE / f"applications/{environment}/tiny-db.yaml")
        assert application["spec"]["source"]["path"] == f"platform/argocd/charts/{environment}/tiny-db"
        assert "helm" not in application["spec"]["source"]


def test_settings_that_do_not_enable_it_do_not_count(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    (pinned / "cm.yaml").write_text(SETTINGS.replace("--enable-helm ", ""))
    commit_all(pinned, "settings")
    planned = migrate("plan", pinned, "--offline", "--chart-mirror", mirror, "--gitops", "argocd")
    assert "MIG662" in planned.out + planned.err


def test_what_kustomize_would_inflate_otherwise_stays_in_kustomize(
    migrate: Migrate, pinned: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as it is tried: what is left of the plan is written."""

    def otherwise(objects: Sequence[Written], *_: object) -> dict[str, str]:
        return {"tiny-db": "it renders twice as much"} if any(each.inflated for each in objects) else {}

    monkeypatch.setattr("migrator.workflow.gitops.wire.inflated_otherwise", otherwise)
    (pinned / "migrate.yaml").write_text(ENABLED)
    commit_all(pinned, "enabled")
    shown = applied(migrate, pinned, mirror, "growing")
    assert "tiny-db stays in Kustomize: it renders twice as much" in shown
    assert not (pinned / PLACE / "charts").exists()
    assert (pinned / PLACE / "applications/prod/tiny-monitor.yaml").is_file()
    assert sorted_bodies(deployed("argocd", pinned, mirror, "prod")) == proved(pinned, "prod", mirror)


def test_the_folder_is_no_root_and_what_it_says_is_audited(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    words = ("--offline", "--chart-mirror", mirror)
    (pinned / "migrate.yaml").write_text(ENABLED)
    commit_all(pinned, "enabled")
    applied(migrate, pinned, mirror, "growing")
    commit_all(pinned, "migrated")
    assert "Nothing to do" in applied(migrate, pinned, mirror, "growing")
    assert migrate("audit", pinned, *words).code == 0
    assert migrate("verify", pinned, *words).code == 0
    values = pinned / PLACE / "charts/prod/tiny-db/values.yaml"
    values.write_text(values.read_text().replace("replicas: 3", "replicas: 4"))
    shown = migrate("audit", pinned, *words)
    assert "Application tiny-db-prod does not deploy shop-db in prod as the lock has it: values" in shown.out
    assert "tiny-db-dev" not in shown.out
    assert migrate("verify", pinned, *words).code == 3
    commit_all(pinned, "ours")  # a file that people have changed is in nobody's way
    assert "Nothing to do" in applied(migrate, pinned, mirror, "growing")
    values.with_name("more.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n")
    kustomization = values.with_name("kustomization.yaml")
    kustomization.write_text(kustomization.read_text() + "resources: [more.yaml]\n")
    assert "only after" in migrate("verify", pinned, *words).out  # what is more than a chart is compared as a root


def test_what_it_deploys_changes_hands_in_stages(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    shop = pin(deployed_by_argocd(tmp_path / "shop"))
    (shop / "migrate.yaml").write_text(ENABLED)
    commit_all(shop, "pinned")
    for stage in ("stage 1 of 2, protect", "stage 2 of 2, switch"):
        assert stage in applied(migrate, shop, mirror, "growing")
        commit_all(shop, stage)
    shown = migrate("verify", shop, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.out
    argocd = ArgoCd(shop, mirror)
    (root_app,) = documents(shop / PLACE / "root-app-prod.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    assert {each["metadata"]["name"] for each in applications} == {"tiny-db-prod", "tiny-monitor-prod"}
    old = yaml.safe_load((shop / "deploy/shop-prod.yaml").read_text())
    rendered = [each for application in (*applications, old) for each in argocd.rendered(application)]
    assert sorted_bodies(rendered) == proved(shop, "prod", mirror)
    assert migrate("handover", shop, "--offline", "--chart-mirror", mirror, "--finish").code == 0
    (found,) = documents(shop / PLACE / "applications/prod/tiny-db.yaml")
    assert found["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}


def test_a_release_that_was_migrated_with_patches_is_refused(migrate: Migrate, pinned: Path, mirror: Path) -> None:
    words = ("--offline", "--chart-mirror", mirror)
    assert migrate("apply", pinned, *words).code == 0
    commit_all(pinned, "migrated")
    shown = migrate("apply", pinned, *words, "--gitops", "argocd")
    assert (shown.code, git(pinned, "status", "--porcelain")) == (1, "")
    assert "tiny-db in dev is a release that Argo CD cannot deploy" in shown.err
    assert "MIG662" in shown.err
    assert "enable_helm: true" in shown.err
    (pinned / "migrate.yaml").write_text(ENABLED)
    commit_all(pinned, "enabled")
    applied(migrate, pinned, mirror, "enterprise")
    assert sorted_bodies(deployed("argocd", pinned, mirror, "prod")) == proved(pinned, "prod", mirror)
    roots = [each.root for each in read_lock((pinned / LOCK_PATH).read_bytes()).environments["prod"].deployed_by]
    assert "platform/argocd/charts/prod/tiny-db" in roots
