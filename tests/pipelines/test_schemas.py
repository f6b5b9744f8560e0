"""What is emitted answers the schemas of GitHub, GitLab and Renovate, and shellcheck finds nothing in any shell text."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployed_shop import HOSTILE, lock, release, with_releases, written

from migrator.lock import Handover, LockedDeployer
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.pipelines.renovate import wanted_of
from migrator.pipelines.tool_lines import install

PROGRAMS = Path(sys.executable).parent
RENOVATE = wanted_of(
    [RepoPath("a/values-dev.yaml")], {"flux": {RepoPath("platform/flux"): RepoPath("platform/flux/x.yaml")}}
)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is emitted, by tool and platform, for names that nobody should trust."""
    root = tmp_path_factory.mktemp("emitted")
    shop = with_releases(lock("dev", HOSTILE), post_render="post-render/common", hooks="skip", include_crds=False)
    by = LockedDeployer(tool="flux", kind="HelmRelease", name=HOSTILE, file=RepoPath("x.yaml"), component="tiny-db")
    for tool in ("none", "argocd", "flux"):
        handover = None if tool == "none" else Handover(tool=tool, stage=1, stages=("switch",), namespace=HOSTILE)
        for platform in ("github", "gitlab"):
            wishes = Wishes(platform=platform, renovate=RENOVATE, monitoring=RepoPath("platform/monitoring"))
            found = deployed(with_handover(shop, handover, by))
            folder = root / tool / platform
            codes = written(folder, found, wishes, policies=(RepoPath(HOSTILE),), inflates=True)
            assert codes == (("MIG672",) if tool == "none" else ())  # nothing to watch
    return root


def with_handover(shop: Any, handover: Handover | None, by: LockedDeployer) -> Any:
    from dataclasses import replace

    if handover is None:
        return shop
    environments = {
        name: replace(each, deployed_by=(replace(by, tool=handover.tool),)) for name, each in shop.environments.items()
    }
    return replace(shop, handover=handover, environments=environments)


def checked(schema: str, files: list[Path]) -> str:
    assert files
    command = [PROGRAMS / "check-jsonschema", "--builtin-schema", schema, *files]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if found.returncode == 0 else found.stdout + found.stderr


def test_workflows_pipelines_and_renovate_answer_their_schemas(everything: Path) -> None:
    assert checked("vendor.github-workflows", sorted(everything.rglob("workflows/*.yaml"))) == ""
    assert checked("vendor.gitlab-ci", sorted(everything.rglob("*.yml"))) == ""
    assert checked("vendor.renovate", sorted(everything.rglob("renovate.json"))) == ""


def test_the_schemas_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("jobs: {a: {stepz: []}}\n")
    assert "stepz" in checked("vendor.github-workflows", [tmp_path / "x.yaml"])


def shell_texts(held: Any) -> Iterator[str]:
    """What a pipeline lets a shell run."""
    if isinstance(held, Mapping):
        for key, value in held.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key in ("script", "before_script"):
                yield "\n".join(value)
            else:
                yield from shell_texts(value)
    elif isinstance(held, list):
        for each in held:
            yield from shell_texts(each)


def test_shellcheck_finds_nothing(everything: Path, tmp_path: Path) -> None:
    scripts = sorted(everything.rglob("scripts/*.sh"))
    assert len(scripts) == 3 * 2 * 3
    for at, path in enumerate([*everything.rglob("workflows/*.yaml"), *everything.rglob("hybrid.yml")]):
        for number, text in enumerate(shell_texts(yaml.safe_load(path.read_text()))):
            scripts.append(tmp_path / f"{at}-{number}.sh")
            scripts[-1].write_text(f"#!/bin/bash\n{text}\n")
    assert len(scripts) > 40
    found = subprocess.run([PROGRAMS / "shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_no_word_of_a_template_is_left_and_no_name_of_the_repository_is_in_a_pipeline(everything: Path) -> None:
    for path in [*everything.rglob("workflows/*.yaml"), *everything.rglob("*.yml")]:
        text = path.read_text()
        assert "pwned" not in text
        assert "tiny-db" not in text
    for path in everything.rglob("*.*"):
        if path.is_file():
            assert "@functions@" not in path.read_text()
    assert (
        "@tables@" in (everything / "none/github/scripts/deploy-applications.sh").read_text()
    )  # the hostile name's own


def test_actions_and_tools_have_versions_and_permissions_are_few(everything: Path) -> None:
    for path in everything.rglob("workflows/*.yaml"):
        held = yaml.safe_load(path.read_text())
        assert held["permissions"] == {"contents": "read"}
        for job in held["jobs"].values():
            assert set(job.get("permissions", {}).items()) <= {("contents", "read"), ("pull-requests", "write")}
            for step in job.get("steps", ()):
                _, at, version = step.get("uses", "x@v1.2.3").partition("@")
                assert at
                assert version.count(".") == 2
    text = (everything / "none/gitlab/.gitlab/ci/hybrid.yml").read_text()
    for wanted in (
        "helm-v3.17.3-",
        "kustomize_v5.8.1_",
        "checkov==",
        "kubeconform/releases/download/v",
        "migrate-gitops==",
    ):
        assert wanted in text


def test_a_version_of_the_lock_that_is_none_is_not_run(tmp_path: Path) -> None:
    shop = lock("dev", engines={"helm": "v3; touch x", "kustomize": "v5.7.0", "kubeVersion": "1.32"})
    written(tmp_path, deployed(shop), Wishes(platform="gitlab"))
    text = (tmp_path / ".gitlab/ci/hybrid.yml").read_text()
    assert "touch x" not in text
    assert "kustomize_v5.7.0_" in text


def test_both_pipelines_audit_and_verify_and_comment(everything: Path) -> None:
    workflows = everything / "none/github/.github/workflows"
    for name in ("infrastructure", "applications"):
        jobs = yaml.safe_load((workflows / f"{name}.yaml").read_text())["jobs"]
        assert jobs["hybrid"]["uses"] == "./.github/workflows/hybrid.yaml"
        assert jobs["hybrid"]["permissions"]["pull-requests"] == "write"
    for text in (
        (workflows / "hybrid.yaml").read_text(),
        (everything / "none/gitlab/.gitlab/ci/hybrid.yml").read_text(),
    ):
        assert "migrate audit ." in text
        assert "migrate verify . --base" in text
        assert "<!-- migrate verify -->" in text


def test_what_is_not_there_has_no_pipeline(tmp_path: Path) -> None:
    from dataclasses import replace

    shop = lock("dev")
    bare = replace(shop, environments={"dev": replace(shop.environments["dev"], helm=())})
    written(tmp_path, deployed(bare), Wishes(platform="github"))
    assert sorted(path.name for path in (tmp_path / ".github/workflows").iterdir()) == [
        "applications.yaml",
        "hybrid.yaml",
    ]
    assert not (tmp_path / "scripts/deploy-infrastructure.sh").exists()
    assert release("dev").values == ("values.yaml", "values-dev.yaml")


def test_no_program_runs_that_was_not_compared_with_a_digest(tmp_path: Path, everything: Path) -> None:
    shop = lock("dev", engines={"helm": "v3.16.1", "kustomize": "v5.7.0", "kubeVersion": "1.32"})
    written(tmp_path, deployed(shop), Wishes(platform="gitlab"))
    other = (tmp_path / ".gitlab/ci/hybrid.yml").read_text()
    for text in (other, *(path.read_text() for path in everything.rglob("*.y*ml") if "curl" in path.read_text())):
        archives = re.findall(r"--output (\w+)\.tar\.gz", text)
        assert archives
        for name in archives:
            _, _, after = text.partition(f"--output {name}.tar.gz")
            assert f'  {name}.tar.gz" | sha256sum --check' in after.partition("tar -xzf")[0], name
    assert "https://get.helm.sh/helm-v3.16.1-linux-amd64.tar.gz.sha256sum" in other
    assert "kustomize%2Fv5.7.0/checksums.txt" in other
    assert "awk -v file=kustomize_v5.7.0_linux_amd64.tar.gz" in other


def test_an_archive_that_no_list_has_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "helm.tar.gz").write_bytes(b"x")
    known = hashlib.sha256(b"x").hexdigest()
    lines = install(["helm"], deployed(lock("dev", engines={"helm": "v3.16.1"})), ".", indent="").splitlines()
    check = "\n".join(line for line in lines if line.startswith(("digest=", "echo ")))
    for listed, is_fine in ((f"{known}  helm-v3.16.1-linux-amd64.tar.gz\n", True), (f"{known}  other.tar.gz\n", False)):
        (tmp_path / "helm.sums").write_text(listed)
        done = subprocess.run(["sh", "-ec", check], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode == 0) is is_fine
