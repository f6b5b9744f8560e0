"""Monoliths are divided by application where the render proves it, and stay together where something ties them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from divided_tree import SMALL, divide, workload, written
from monolith import monolith

from migrator.lock import LOCK_PATH
from migrator.rewrite import moves
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import read_baseline


@pytest.mark.parametrize("seed", range(4))
def test_a_generated_monolith_is_divided_as_far_as_it_can_be(tmp_path: Path, seed: int) -> None:
    made = monolith(seed, count=8, environments=("dev", "prod"))
    outcome = divide(written(tmp_path / "repository", made.files))
    found = {path.name for path in (outcome.root / "applications").iterdir()}
    tied = {name for names in made.together for name in names}
    expected = {*(set(made.applications) - tied), *("-".join(sorted(names)) for names in made.together)}
    assert found == expected
    assert outcome.codes() == ["MIG640"] * len(made.together)


def test_each_application_gets_what_is_its_own_with_its_comments(tmp_path: Path) -> None:
    outcome = divide(written(tmp_path / "repository", SMALL))
    assert outcome.text("applications/api/base/kustomization.yaml") == SMALL["base/api/kustomization.yaml"]
    assert outcome.text("applications/api/base/NOTES.txt") == "read me\n"
    assert outcome.text("applications/api/overlays/prod/kustomization.yaml") == textwrap.dedent("""\
        # production
        resources:
        - ../../base
        namespace: prod
        images:
        # follows main
        - name: api
          newTag: "2" # {"$imagepolicy": "flux:api:tag"}
        """)
    assert outcome.text("overlays/prod/kustomization.yaml") == textwrap.dedent("""\
        # production
        resources:
        - ../../applications/api/overlays/prod
        - ../../applications/web/overlays/prod
        """)
    assert not (outcome.root / "base").exists()
    assert outcome.notes == ()


def test_moved_files_and_folders_are_told_and_copies_are_not(tmp_path: Path) -> None:
    outcome = divide(written(tmp_path / "repository", SMALL))
    assert moves(outcome.edits) == {
        "base/api": "applications/api/base",
        "base/api/NOTES.txt": "applications/api/base/NOTES.txt",
        "base/api/api.yaml": "applications/api/base/api.yaml",
        "base/api/kustomization.yaml": "applications/api/base/kustomization.yaml",
        "base/web": "applications/web/base",
        "base/web/kustomization.yaml": "applications/web/base/kustomization.yaml",
        "base/web/web.yaml": "applications/web/base/web.yaml",
    }


def test_what_is_divided_is_left_alone(tmp_path: Path) -> None:
    root = divide(written(tmp_path / "repository", SMALL)).root
    again = divide(root)
    assert again.edits == ()
    assert again.notes == ()


def test_enterprise_groups_applications_and_lists_environments(tmp_path: Path) -> None:
    config = {"migrate.yaml": "applications: {api: {group: shop}}\n"}
    outcome = divide(written(tmp_path / "repository", {**SMALL, **config}), "enterprise")
    assert (outcome.root / "applications/shop/api/base/api.yaml").is_file()
    assert (outcome.root / "applications/general/web/base/web.yaml").is_file()
    assert not (outcome.root / "overlays").exists()
    assert outcome.lock.environments["prod"].kustomize == ("environments/prod",)
    assert outcome.lock.environments["prod"].before == ("overlays/prod",)
    assert moves(outcome.edits)[outcome.lock.environments["prod"].before[0]] == "environments/prod"


def test_a_root_that_a_deployer_names_stays_where_it_is(tmp_path: Path) -> None:
    deployer = """\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: all}
        spec: {source: {repoURL: "https://git.example.org/x", path: overlays/prod}}
        """
    files = {"argocd/kustomization.yaml": "resources: [all.yaml]\n", "argocd/all.yaml": deployer, **SMALL}
    outcome = divide(written(tmp_path / "repository", files), "enterprise")
    assert outcome.lock.environments["prod"].kustomize == ("overlays/prod",)
    assert outcome.lock.environments["dev"].kustomize == ("environments/dev",)


def test_the_team_says_what_belongs_together(tmp_path: Path) -> None:
    config = {"migrate.yaml": "applications: {shop: [Deployment/api, base/web/*]}\n"}
    outcome = divide(written(tmp_path / "repository", {**SMALL, **config}))
    assert outcome.edits == ()  # all of it is one application


def test_a_layout_of_the_team(tmp_path: Path) -> None:
    layout = """\
        apiVersion: migrate/v1
        kind: Layout
        name: ours
        chart: infra/{component}
        values: values.yaml
        environmentValues: values-{environment}.yaml
        postRender: post-render/{environment}
        application: products/{application}
        infrastructure: infra/{component}
        platform: house/{part}
        environment: sites/{environment}
        grouping: {labels: [app], commonFolders: [base]}
        """
    outcome = divide(written(tmp_path / "repository", {**SMALL, ".migrate/rules/layouts/ours.yaml": layout}), "ours")
    assert (outcome.root / "products/api/overlays/prod/kustomization.yaml").is_file()
    assert (outcome.root / "sites/prod/kustomization.yaml").is_file()


def test_one_file_of_two_applications_is_divided_by_its_documents(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [all.yaml]\n",
        "base/all.yaml": f"{workload('api')}---\n{workload('web')}",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.text("applications/api/base/all.yaml") == workload("api")
    assert outcome.text("applications/web/base/all.yaml") == workload("web")


def test_a_name_that_kustomize_gives_ties_who_refers_to_it(tmp_path: Path) -> None:
    reads = "\n        envFrom: [{configMapRef: {name: common}}]"
    shared = "resources: [api, web, other]\nconfigMapGenerator: [{name: common, literals: [a=b]}]\n"
    files = SMALL | {
        "base/kustomization.yaml": shared,
        "base/api/api.yaml": workload("api", reads),
        "base/web/web.yaml": workload("web", reads),
        "base/other/kustomization.yaml": "resources: [other.yaml]\n",
        "base/other/other.yaml": workload("other"),
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert {path.name for path in (outcome.root / "applications").iterdir()} == {"api-shared-web", "other"}
    assert set(outcome.codes()) == {"MIG640"}
    assert any("to which kustomize gives its name" in note.summary for note in outcome.notes)


def test_all_that_is_tied_stays_whole_and_says_why(tmp_path: Path) -> None:
    carrying = """\
        resources: [../../base]
        replacements:
        - source: {kind: Deployment, name: api, fieldPath: metadata.name}
          targets:
          - select: {kind: Deployment, name: web}
            fieldPaths: [metadata.annotations.peer]
            options: {create: true}
        """
    outcome = divide(written(tmp_path / "repository", {**SMALL, "overlays/prod/kustomization.yaml": carrying}))
    assert outcome.edits == ()
    assert outcome.codes() == ["MIG641"]
    assert "a replacement in overlays/prod/kustomization.yaml" in outcome.notes[0].summary


def test_what_is_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    files = {**SMALL, "applications/api/base/api.yaml": "mine\n"}
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.edits == ()
    assert "applications/api/base/api.yaml exists already" in outcome.notes[0].summary


def test_a_component_for_all_stays_where_it_is(tmp_path: Path) -> None:
    made = monolith(8, count=3, environments=("dev", "prod"))
    outcome = divide(written(tmp_path / "repository", made.files))
    assert (outcome.root / "components/secure/kustomization.yaml").is_file()
    assert LOCK_PATH not in {edit.path for edit in outcome.edits}


def test_nothing_is_divided_without_a_chosen_layout(tmp_path: Path) -> None:
    root = written(tmp_path / "repository", SMALL)
    given = read_baseline(Settings(root=root, no_cache=True, offline=True), Run())
    only = read_baseline(Settings(root=root, layout="growing", only=("x",), no_cache=True, offline=True), Run())
    assert not given.choices.divides
    assert not only.choices.divides


def test_what_is_for_all_is_of_the_platform(tmp_path: Path) -> None:
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all}\nspec: {hard: {pods: 9}}\n"
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress]}\n"
    )
    own = policy.replace("deny", "api-from-web").replace("podSelector: {}", "podSelector: {matchLabels: {app: api}}")
    files = SMALL | {
        "base/kustomization.yaml": "resources: [quota.yaml, policy.yaml, own.yaml, api, web]\n",
        "base/quota.yaml": quota,
        "base/policy.yaml": policy,
        "base/own.yaml": own,
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.text("platform/policies/base/quota.yaml") == quota
    assert outcome.text("platform/policies/base/policy.yaml") == policy
    assert (outcome.root / "applications/api/base/own.yaml").is_file()
    assert outcome.text("applications/api/base/kustomization.yaml").startswith("resources:")


def test_namespaces_are_of_the_platform(tmp_path: Path) -> None:
    files = SMALL | {
        "base/kustomization.yaml": "resources: [spaces.yaml, api, web]\n",
        "base/spaces.yaml": "\n---\n".join(
            f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}" for name in ("web", "other")
        ),
        "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nimages: [{name: api, newTag: '2'}]\n",
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert (outcome.root / "platform/namespaces/base/spaces.yaml").read_text() == files["base/spaces.yaml"]


OTHER = {
    "tools/base/kustomization.yaml": "resources: [tool.yaml]\n",
    "tools/base/tool.yaml": workload("tool"),
    "tools/overlays/prod/kustomization.yaml": "resources: [../../base]\n",
}


@pytest.mark.parametrize(
    ("root", "config", "is_divided"),
    [
        ("overlays/prod", "", True),
        ("k8s/overlays/prod", "", True),
        ("shop/overlays/prod", "", False),
        ("shop/overlays/prod", "environments: {prod: [shop/overlays/prod, tools/overlays/prod]}\n", True),
    ],
)
def test_what_is_named_after_one_thing_is_no_monolith(tmp_path: Path, root: str, config: str, is_divided: bool) -> None:
    top = root.removesuffix("overlays/prod")
    files = {f"{top}{path}": text for path, text in SMALL.items() if "overlays/dev" not in path} | OTHER
    outcome = divide(written(tmp_path / "repository", files | ({"migrate.yaml": config} if config else {})))
    assert bool(outcome.edits) == is_divided
    assert outcome.notes == ()


LEGACY = {
    "base/kustomization.yaml": "Resources:\n- api/api.yaml\n- web/web.yaml\nnameSuffix: -v1\n",
    "base/api/api.yaml": workload("api"),
    "base/web/web.yaml": workload("web"),
    "overlays/prod/kustomization.yaml": """\
        bases:
        - ../../base
        patchesStrategicMerge:
        - more/api.yaml
        - more/both.yaml
        patchesJson6902:
        - target: {group: apps, version: v1, kind: Deployment, name: web}
          path: more/web.json
        configMapGenerator:
        - name: api-settings
          files: [files/app.ini, common=files/common.ini]
        - name: web-settings
          files: [common=files/common.ini]
          envs: [files/web.env]
        generatorOptions: {disableNameSuffixHash: true}
        commonLabels: {env: prod}
        imageTags: []
        """,
    "overlays/prod/more/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {replicas: 2}\n",
    "overlays/prod/more/both.yaml": "".join(
        f"---\n# for {name}\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{paused: true}}\n"
        for name in ("api", "web")
    ),
    "overlays/prod/more/web.json": '[{"op": "add", "path": "/spec/minReadySeconds", "value": 3}]\n',
    "overlays/prod/files/app.ini": "a=1\n",
    "overlays/prod/files/common.ini": "b=2\n",
    "overlays/prod/files/web.env": "C=3\n",
}


def test_given_up_fields_and_data_of_generators_are_divided_too(tmp_path: Path) -> None:
    outcome = divide(written(tmp_path / "repository", LEGACY))
    assert outcome.notes == ()
    api, web = (outcome.root / f"applications/{name}/overlays/prod" for name in ("api", "web"))
    assert sorted(path.name for path in (api / "files").iterdir()) == ["app.ini", "common.ini"]
    assert sorted(path.name for path in (web / "files").iterdir()) == ["common.ini", "web.env"]
    assert (web / "more/both.yaml").read_text() == (
        "---\n# for web\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {paused: true}\n"
    )
    assert not (outcome.root / "overlays/prod/files").exists()
    assert moves(outcome.edits)["overlays/prod/files/app.ini"] == "applications/api/overlays/prod/files/app.ini"
    assert "overlays/prod/files/common.ini" not in moves(outcome.edits)


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    for path, text in SMALL.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(textwrap.dedent(text).replace("\n", "\r\n").encode())
    outcome = divide(root)
    data = (outcome.root / "applications/api/overlays/prod/kustomization.yaml").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") > 4


def test_roots_of_which_one_does_not_build_stay_whole(tmp_path: Path) -> None:
    files = SMALL | {"overlays/dev/kustomization.yaml": "resources: [../../base, nowhere.yaml]\n"}
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.edits == ()
    assert outcome.codes() == ["MIG641"]
    assert "overlays/dev does not build" in outcome.notes[0].summary


def test_what_a_link_leads_to_is_not_moved(tmp_path: Path) -> None:
    root = written(tmp_path / "repository", SMALL)
    (root / "shortcut").symlink_to("base/api/api.yaml")
    outcome = divide(root)
    assert outcome.edits == ()
    assert "a symbolic link leads to base/api/api.yaml" in outcome.notes[0].summary


def test_what_only_rendering_shows_to_belong_together_is_tied(tmp_path: Path) -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api-account}\n"
    binding = """\
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: web}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{kind: ServiceAccount, name: api-account}]
        """
    files = SMALL | {
        "base/kustomization.yaml": "resources: [api, web, other]\n",
        "base/api/kustomization.yaml": "resources: [api.yaml, account.yaml]\n",
        "base/api/account.yaml": account,
        "base/web/kustomization.yaml": "resources: [web.yaml, binding.yaml]\n",
        "base/web/binding.yaml": binding,
        "base/other/kustomization.yaml": "resources: [other.yaml]\n",
        "base/other/other.yaml": workload("other"),
    }
    outcome = divide(written(tmp_path / "repository", files))
    assert {path.name for path in (outcome.root / "applications").iterdir()} == {"api-web", "other"}
    assert "would not be the same apart from" in outcome.notes[0].summary
