"""The scripts, run: by the real helm and kustomize, and by programs that only note how they were called."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from chart_server import running
from deployed_shop import CHART, HOSTILE, lock, programs, run, with_releases, written

from migrator.charts.types import ChartRef
from migrator.lock import Handover, LockedDeployer
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.rewrite.umbrella.chart_files import lock_digest

GITHUB = Wishes(platform="github")
UMBRELLA = "apiVersion: v2\nname: tiny-db\nversion: 0.1.0\n"
TEMPLATE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata: {mode: {{ .Values.mode }}}\n"
POST_RENDER = "resources: [chart-output.yaml]\ncommonAnnotations: {pinned: 'yes'}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with a chart, and an overlay of each environment."""
    root = tmp_path / "a shop"
    files = {
        f"{CHART}/Chart.yaml": UMBRELLA,
        f"{CHART}/values.yaml": "mode: slow\n",
        f"{CHART}/values-dev.yaml": "{}\n",
        f"{CHART}/values-prod.yaml": "mode: fast\n",
        f"{CHART}/templates/map.yaml": TEMPLATE,
        f"{CHART}/post-render/common/kustomization.yaml": POST_RENDER,
    }
    for name in ("dev", "prod"):
        files[f"applications/shop/overlays/{name}/kustomization.yaml"] = "resources: [map.yaml]\n"
        files[f"applications/shop/overlays/{name}/map.yaml"] = (
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
        )
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def real(tmp_path: Path) -> dict[str, str]:
    """The real helm and kubectl, and no checkers."""
    return {**programs(tmp_path / "bin"), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


def test_each_environment_is_rendered_with_its_values_and_patches(
    shop: Path, tmp_path: Path, real: dict[str, str]
) -> None:
    written(shop, deployed(with_releases(lock(), post_render="post-render/common", repository="")), GITHUB)
    out = tmp_path / "out"
    before = sorted(shop.rglob("*"))
    skip = ("--skip", "kubeconform", "--skip", "checkov")
    done = run(shop / "scripts/validate-manifests.sh", "--output", str(out), *skip, env=real)
    assert done.returncode == 0, done.stderr
    assert sorted(shop.rglob("*")) == before
    for environment, mode in (("dev", "slow"), ("prod", "fast")):
        held = yaml.safe_load((out / f"infrastructure/{environment}/shop-shop-db.yaml").read_text())
        assert held["data"] == {"mode": mode}
        assert held["metadata"] == {"name": "shop-db", "namespace": "shop", "annotations": {"pinned": "yes"}}
        (overlay,) = (out / "applications" / environment).iterdir()
        assert yaml.safe_load(overlay.read_text())["metadata"]["name"] == environment


def test_helm_fetches_what_chart_yaml_names(shop: Path, tmp_path: Path, real: dict[str, str]) -> None:
    """Which it refuses for a repository that it was never told of (helm dependency build, unlike update)."""
    chart = shop / CHART / "Chart.yaml"
    with running() as server:
        server.publish(("tiny", "1.0.0"))
        index = server.pages["/charts/index.yaml"].decode()
        server.pages["/charts/index.yaml"] = index.replace(
            '"version"', '"name": "tiny", "apiVersion": "v2", "version"'
        ).encode()
        url = f"{server.url}/charts"
        dependency = f"{{name: tiny, version: 1.0.0, repository: {url}}}"
        chart.write_text(f"{UMBRELLA}dependencies: [{dependency}]\n")
        (chart.parent / "Chart.lock").write_text(
            f"dependencies:\n- {dependency}\n"
            f"digest: {lock_digest(ChartRef(name='tiny', version='1.0.0', repository=url))}\n"
            'generated: "0001-01-01T00:00:00Z"\n'
        )
        written(shop, deployed(with_releases(lock("dev", "prod"), repository=url)), GITHUB)
        skip = ("--skip", "kubeconform", "--skip", "checkov")
        done = run(shop / "scripts/validate-manifests.sh", "infrastructure", *skip, env=real)
        assert done.returncode == 0, done.stderr
        assert server.paths.count("/charts/tiny-1.0.0.tgz") == 2
        repositories = Path(real["HOME"]) / ".config/helm/repositories.yaml"
        assert repositories.read_text().count(f"url: {url}") == 1


def test_what_is_wrong_in_one_environment_is_said_and_the_others_are_looked_at(
    shop: Path, tmp_path: Path, real: dict[str, str]
) -> None:
    written(shop, deployed(with_releases(lock(), repository="")), GITHUB)
    (shop / f"{CHART}/values-dev.yaml").write_text("mode: [\n")
    out = tmp_path / "out"
    skip = ("--skip", "kubeconform", "--skip", "checkov")
    done = run(shop / "scripts/validate-manifests.sh", "infrastructure", "--output", str(out), *skip, env=real)
    assert done.returncode == 1
    assert "FAILED: helm\\ lint" in done.stderr
    assert (out / "infrastructure/prod/shop-shop-db.yaml").is_file()


def test_checkers_see_what_was_rendered_and_their_answer_counts(shop: Path, tmp_path: Path) -> None:
    written(shop, deployed(lock()), GITHUB, policies=(RepoPath("policy/rego"),))
    script = shop / "scripts/validate-manifests.sh"
    fine = programs(
        tmp_path / "fine", helm="true", kustomize="true", kubeconform="true", checkov="true", conftest="true"
    )
    assert run(script, env=fine).returncode == 0
    calls = Path(fine["CALLS"]).read_text()
    assert "helm <dependency> <build>" in calls
    assert "helm <repo> <add>" in calls
    assert "kubeconform <-kubernetes-version> <1.32.0> <-ignore-missing-schemas> <-summary> <-strict>" in calls
    assert "checkov <--framework> <kubernetes>" in calls
    assert "conftest <test> <--all-namespaces> <--policy=./policy/rego>" in calls
    for bad in ("kubeconform", "checkov", "conftest", "kustomize", "helm"):
        names = dict.fromkeys(("helm", "kustomize", "kubeconform", "checkov", "conftest"), "true")
        assert run(script, env=programs(tmp_path / bad, **{**names, bad: "false"})).returncode == 1, bad
    missing = programs(tmp_path / "missing", helm="true", kustomize="true", checkov="true", conftest="true")
    done = run(script, env=missing)
    assert done.returncode == 1
    assert "kubeconform is not installed" in done.stderr


def test_an_overlay_that_lacks_a_file_is_left_out_and_named(shop: Path, tmp_path: Path) -> None:
    path = RepoPath("applications/shop/overlays/dev")
    written(shop, deployed(lock()), GITHUB, lacking={path: "no file a.env\nrm -rf x"})
    env = programs(tmp_path / "bin", **dict.fromkeys(("helm", "kustomize", "kubeconform"), "true"))
    script = shop / "scripts/validate-manifests.sh"
    assert run(script, "applications", env=env).returncode == 0
    calls = Path(env["CALLS"]).read_text()
    assert "overlays/prod" in calls
    assert "overlays/dev" not in calls
    assert r"is left out: $'no file a.env\nrm -rf x'" in script.read_text()


def test_hostile_names_are_only_names(shop: Path, tmp_path: Path) -> None:
    stubs = dict.fromkeys(("helm", "kustomize", "kubeconform", "checkov"), "true")
    env = programs(tmp_path / "bin", **stubs, kubectl="true")
    place = RepoPath(f"infrastructure/{HOSTILE.partition('/')[0]}")
    (shop / place).mkdir()
    written(shop, deployed(with_releases(lock(HOSTILE), path=place)), GITHUB)
    done = run(shop / "scripts/validate-manifests.sh", env=env)
    assert done.returncode == 0, done.stderr
    assert "\n::error" not in done.stderr + done.stdout
    for name in ("deploy-infrastructure.sh", "deploy-applications.sh"):
        done = run(shop / "scripts" / name, HOSTILE, "--apply", "--context", "$(id)", env=env)
        assert done.returncode == 0, done.stderr
    calls = Path(env["CALLS"]).read_text()
    assert f"<build> <./applications/shop/overlays/{HOSTILE}>" in calls
    assert "<--kube-context=$(id)>" in calls
    assert not Path("/tmp/pwned").exists()  # noqa: S108 - what the name would make


def test_names_that_look_like_options_are_none(shop: Path, tmp_path: Path) -> None:
    env = programs(tmp_path / "bin", **dict.fromkeys(("helm", "kustomize", "kubectl"), "true"))
    context = replace(lock().environments["dev"].helm[0].context, release="--post-renderer=x")
    written(shop, deployed(with_releases(lock("dev"), context=context)), GITHUB)
    assert run(shop / "scripts/deploy-infrastructure.sh", "dev", "--apply", "--context", "c", env=env).returncode == 0
    assert "<--> <--post-renderer=x>" in Path(env["CALLS"]).read_text()


@pytest.mark.parametrize("name", ["deploy-infrastructure.sh", "deploy-applications.sh"])
def test_nothing_is_run_unless_told(shop: Path, tmp_path: Path, name: str) -> None:
    env = programs(tmp_path / "bin", **dict.fromkeys(("helm", "kustomize", "kubectl"), "true"))
    written(shop, deployed(lock()), GITHUB)
    script = shop / "scripts" / name
    done = run(script, "prod", env=env)
    assert done.returncode == 0, done.stderr
    assert "would run: " in done.stdout
    assert "prod" in done.stdout
    assert "overlays/dev" not in done.stdout
    assert not Path(env["CALLS"]).exists()
    for wrong in ([], ["prod", "--apply"], ["nowhere"], ["--applyy", "prod"]):
        assert run(script, *wrong, env=env).returncode == 2, wrong
    assert not Path(env["CALLS"]).exists()
    assert run(script, "prod", "--apply", "--context", "blue", env=env).returncode == 0
    assert "context=blue" in Path(env["CALLS"]).read_text()


def test_a_release_is_deployed_as_the_lock_has_it(shop: Path, tmp_path: Path) -> None:
    env = programs(tmp_path / "bin", helm="true")
    locked = {"post_render": "post-render/common", "hooks": "skip", "include_crds": False, "values": ("a,b.yaml",)}
    written(shop, deployed(with_releases(lock("dev"), **locked)), GITHUB)
    script = shop / "scripts/deploy-infrastructure.sh"
    assert run(script, "dev", "--apply", "--context", "blue", env=env).returncode == 0
    (upgrade,) = [line for line in Path(env["CALLS"]).read_text().splitlines() if "<upgrade>" in line]
    for wanted in (
        "<--install>",
        "<--take-ownership>",
        "<--namespace=shop>",
        "<--skip-crds>",
        "<--no-hooks>",
        "<--> <shop-db>",
    ):
        assert wanted in upgrade
    assert '/chart/a,b.yaml">' in upgrade  # in quotes, as helm splits at commas
    assert f"<--post-renderer={script}>" in upgrade


def test_the_script_is_the_post_renderer_of_helm(shop: Path, real: dict[str, str]) -> None:
    import subprocess

    written(shop, deployed(with_releases(lock("dev"), post_render="post-render/common")), GITHUB)
    script, folder = shop / "scripts/deploy-infrastructure.sh", shop / CHART / "post-render/common"
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    done = subprocess.run(
        [script, "post-render", folder], input=text, env=real, capture_output=True, text=True, check=True
    )
    assert yaml.safe_load(done.stdout)["metadata"]["annotations"] == {"pinned": "yes"}


@pytest.mark.parametrize(
    ("tool", "kind", "expected"),
    [
        ("argocd", "Application", "argocd <app> <sync> <--app-namespace=space> <--> <db>"),
        (
            "flux",
            "HelmRelease",
            "flux <reconcile> <helmrelease> <--context=blue> <--namespace=space> <--with-source> <--> <db>",
        ),
    ],
)
def test_what_a_tool_deploys_is_left_to_the_tool(
    shop: Path, tmp_path: Path, tool: str, kind: str, expected: str
) -> None:
    held = lock("dev")
    by = LockedDeployer(tool=tool, kind=kind, name="db", file=RepoPath("x.yaml"), component="tiny-db")
    part = RepoPath("applications/shop/part")
    other = LockedDeployer(tool=tool, kind="Kustomization", name="part", file=RepoPath("y.yaml"), root=part)
    held = replace(
        held,
        handover=Handover(tool=tool, stage=1, stages=("switch",), namespace="space"),
        environments={"dev": replace(held.environments["dev"], deployed_by=(by, other))},
    )
    env = programs(tmp_path / "bin", argocd="true", flux="true")
    written(shop, deployed(held), GITHUB)
    for name in ("deploy-infrastructure.sh", "deploy-applications.sh"):
        done = run(shop / "scripts" / name, "dev", "--apply", "--context", "blue", env=env)
        assert done.returncode == 0, done.stderr
    calls = Path(env["CALLS"]).read_text().splitlines()
    assert calls[0] == expected
    assert "<part>" in calls[1]
    assert len(calls) == 2


def test_what_a_tool_deploys_by_an_unknown_object_is_not_touched(shop: Path, tmp_path: Path) -> None:
    env = programs(tmp_path / "bin", helm="true", kubectl="true", kustomize="true")
    written(shop, deployed(lock(), tool="argocd"), GITHUB)
    done = run(shop / "scripts/deploy-infrastructure.sh", "dev", "--apply", "--context", "c", env=env)
    assert done.returncode == 0
    assert "left to Argo CD" in done.stderr
    assert not Path(env["CALLS"]).exists()


def test_files_of_what_is_rendered_have_names_of_their_own() -> None:
    found = deployed(lock("a/b", "a b", "..", "A-B"))
    files = [each.file for each in found.releases]
    assert len({each.lower() for each in files}) == 4
    assert all(".." not in each and each.count("/") == 1 for each in files)
