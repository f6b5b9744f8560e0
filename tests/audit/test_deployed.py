"""Rules about what deploys what, where the whole program would be too long a way: odd places and environments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrator.audit import Subject
from migrator.audit.deployed import deployed_by_nothing, deployed_twice, policy_looser
from migrator.discover import discover, read_config
from migrator.gitops.reading import read_deployers
from migrator.load import load
from migrator.lock import Lock, LockedDeployer, LockedEnvironment
from migrator.model import RepoPath, resource_of
from migrator.prove import Owner, Part, Rendering

URL = "https://git.example.org/team/platform.git"
APP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n"
WEB = {"apps/web/kustomization.yaml": "resources: [app.yaml]\n", "apps/web/app.yaml": APP}


def flux(name: str, path: str, **more: str) -> str:
    told = "".join(f"  {key}: {value}\n" for key, value in more.items())
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: platform}}\n{told}"
    )


SOURCE = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
    f"metadata: {{name: platform, namespace: flux-system}}\nspec: {{url: {URL}}}\n---\n"
)


def argo(name: str, path: str, policy: str = "{}", helm: str = "helm: null") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n"
        f"spec:\n  source: {{repoURL: {URL}, path: {path}, {helm}}}\n  syncPolicy: {policy}\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: web}\n"
    )


def subject(root: Path, files: Mapping[str, str], lock: Lock | None) -> Subject:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    config = read_config(root)
    kustomizations, _ = load(discover(root, config))
    app = (resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app"}}),)
    roots = {path for held in (lock.environments.values() if lock is not None else ()) for path in held.kustomize}
    parts = tuple(Part(owner=Owner.KUSTOMIZE, path=path, resources=app) for path in sorted(roots))
    rendering = Rendering(environment="", parts=parts)
    return Subject(
        kustomizations=kustomizations,
        builds=(),
        renders=dict.fromkeys(lock.environments if lock is not None else (), rendering),
        lock=lock,
        deployers=read_deployers(kustomizations, config, ()).deployers,
        gitops=config.gitops,
    )


def lock(*roots: str, deployed_by: tuple[LockedDeployer, ...] = (), environment: str = "prod") -> Lock:
    paths = tuple(map(RepoPath, roots))
    held = LockedEnvironment(before=paths, kustomize=paths, helm=(), deployed_by=deployed_by)
    return Lock(commit=None, tree="", engines={}, environments={environment: held})


def named(name: str, file: str) -> LockedDeployer:
    return LockedDeployer(tool="argocd", kind="Application", name=name, file=RepoPath(file), component="db")


def test_a_folder_that_flux_deploys_without_a_kustomization_is_all_that_lies_below(tmp_path: Path) -> None:
    files = {**WEB, "clusters/prod/apps.yaml": SOURCE + flux("apps", "./apps")}
    deployed = subject(tmp_path, files, lock("apps/web", environment="default"))
    assert list(deployed_by_nothing(deployed)) == []
    files |= {"apps/kustomization.yaml": "resources: [app.yaml]\n", "apps/app.yaml": APP}
    found = list(deployed_by_nothing(subject(tmp_path, files, lock("apps", "apps/web"))))
    assert [each.words["part"] for each in found] == ["the kustomization apps/web"]


def test_the_lock_says_to_which_environment_an_object_belongs_that_says_none(tmp_path: Path) -> None:
    chart = "charts/db"
    files = {
        **WEB,
        f"{chart}/Chart.yaml": "name: db\nversion: 1.0.0\n",
        "deploy/web.yaml": argo("web", "apps/web"),
        "deploy/one/db.yaml": argo("db-one", chart, helm="helm: {releaseName: db}"),
        "deploy/two/db.yaml": argo("db-two", chart, helm="helm: {releaseName: db}"),
    }
    apart = {name: (named(f"db-{name}", f"deploy/{name}/db.yaml"),) for name in ("one", "two")}
    held = {name: LockedEnvironment(before=(), kustomize=(), helm=(), deployed_by=each) for name, each in apart.items()}
    known = Lock(commit=None, tree="", engines={}, environments=held)
    assert list(deployed_twice(subject(tmp_path, files, known))) == []
    both = (named("db-one", "deploy/one/db.yaml"), named("db-two", "deploy/two/db.yaml"))
    (found,) = deployed_twice(subject(tmp_path, files, lock(deployed_by=both)))
    assert (found.words["owners"], found.words["environment"]) == (
        "Application db-one and Application db-two",
        " in prod",
    )


def test_two_kustomizations_of_one_cluster_for_one_folder_are_found_wherever_they_lie(tmp_path: Path) -> None:
    files = {
        **WEB,
        "clusters/prod/flux-system/sync.yaml": SOURCE + flux("flux-system", "./clusters/prod"),
        "clusters/prod/web.yaml": flux("web", "./apps/web"),
        "clusters/prod/more/again.yaml": flux("again", "./apps/web"),
        "clusters/dev/web.yaml": flux("web", "./apps/web"),
    }
    (found,) = deployed_twice(subject(tmp_path, files, None))
    assert found.words["owners"] == "Kustomization again and Kustomization web"


def test_what_delivers_only_what_deploys_is_no_automation_of_its_environment(tmp_path: Path) -> None:
    files = {
        "overlays/prod/kustomization.yaml": "resources: [app.yaml]\n",
        "overlays/prod/app.yaml": APP,
        "deploy/prod/web.yaml": argo("web", "overlays/prod"),
        "roots/prod/root.yaml": argo("root", "deploy/prod", "{automated: {prune: true}}"),
        "migrate.yaml": "gitops: {environments: {prod: {automated: false}}}\n",
    }
    known = lock("overlays/prod")
    assert list(policy_looser(subject(tmp_path, files, known))) == []
    files["deploy/prod/web.yaml"] = argo("web", "overlays/prod", "{automated: {}}")
    (found,) = policy_looser(subject(tmp_path, files, known))
    assert found.words["object"] == "Application web"
