"""Input that would keep a reader or an engine busy without end is refused at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import FIXTURES, committed

import migrator
from migrator import api
from migrator.charts import load_archive
from migrator.diagnostics import MigrateError
from migrator.inference.verdict import judge

Tree = Callable[..., Path]
OPTIONS = migrator.Options(offline=True, no_cache=True, chart_mirrors=(FIXTURES / "charts",))
COMMANDS = {
    "plan": lambda root: migrator.plan(root, OPTIONS),
    "verify": lambda root: migrator.verify(root, OPTIONS),
    "audit": lambda root: migrator.audit(root, OPTIONS),
    "explain": lambda root: migrator.explain(root, "app", "", OPTIONS),
    "handover": lambda root: api.handover(root, OPTIONS),
    "accept": lambda root: migrator.accept(root, "app", OPTIONS, reason="why", up_to="config"),
    "rules": migrator.list_rules,
}
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata:\n"


def _bomb() -> str:
    lines = [*("  k0: &k0 [" + ", ".join("x" * 10) + "]",)]
    lines += [f"  k{at}: &k{at} [{', '.join([f'*k{at - 1}'] * 10)}]" for at in range(1, 9)]
    return CONFIG_MAP + "\n".join(lines) + "\n"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", ["migrate.yaml", ".migrate/lock.yaml", ".migrate/rules/allowances/a.yaml", "a/b.yaml"])
def test_a_pipe_is_not_waited_for(tree: Tree, command: str, file: str) -> None:
    root = tree({"kustomization.yaml": "resources: [a]\n", "a/kustomization.yaml": "resources: [b.yaml]\n"})
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(root / file)
    with pytest.raises(MigrateError) as caught:
        COMMANDS[command](root)
    assert (caught.value.diagnostic.code, str(caught.value.diagnostic.span)) == ("MIG108", file)


def test_a_link_to_a_device_is_not_followed(tree: Tree) -> None:
    root = tree({"kustomization.yaml": "resources: []\n", "values.yaml": "a: 1\n"})
    (root / "migrate.yaml").symlink_to("/dev/zero")
    with pytest.raises(MigrateError, match="MIG108"):
        COMMANDS["plan"](root)


def test_what_git_keeps_for_itself_and_plain_links_are_left_alone(tree: Tree) -> None:
    root = committed(tree({"kustomization.yaml": "resources: [a.yaml]\n", "b.yaml": CONFIG_MAP + "  a: b\n"}))
    (root / "a.yaml").symlink_to("b.yaml")
    os.mkfifo(root / ".git/fsmonitor--daemon.ipc")
    assert COMMANDS["plan"](root).exit_code == 0


def test_an_archive_that_is_a_pipe_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tiny-1.0.0.tgz")
    with pytest.raises(MigrateError) as caught:
        load_archive(tmp_path / "tiny-1.0.0.tgz")
    assert caught.value.diagnostic.code == "MIG410"


def test_pipes_in_a_mirror_are_not_listed(tree: Tree, tmp_path: Path) -> None:
    root = tree({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG_MAP + "  a: b\n"})
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for name in ("index.yaml", "tiny-db-1.4.0.tgz"):
        os.mkfifo(mirror / name)
    options = migrator.Options(offline=True, no_cache=True, chart_mirrors=(mirror,))
    assert migrator.plan(root, options).exit_code == 0


@pytest.mark.parametrize("named", ["resources: [odd.yaml]\n", "resources: [a.yaml]\npatches: [{path: odd.yaml}]\n"])
def test_aliases_without_measure_do_not_reach_kustomize(tree: Tree, named: str) -> None:
    root = tree({"kustomization.yaml": named, "odd.yaml": _bomb(), "a.yaml": CONFIG_MAP + "  a: b\n"})
    found = migrator.plan(root, OPTIONS).plan.diagnostics
    said = {
        (each.code, str(each.span)) for each in found if "does not build: cannot read YAML: aliases" in each.summary
    }
    assert said == {("MIG101", "odd.yaml:1:1")}


def test_few_aliases_are_fine(tree: Tree) -> None:
    root = tree({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG_MAP + "  a: &a b\n  c: *a\n"})
    assert migrator.plan(root, OPTIONS).exit_code == 0


def test_a_huge_kustomization_is_refused(tree: Tree) -> None:
    root = tree({"kustomization.yaml": f"namePrefix: {'p' * (1 << 20)}\nresources: [a.yaml]\n", "a.yaml": CONFIG_MAP})
    assert "MIG221" in {each.code for each in migrator.plan(root, OPTIONS).plan.diagnostics}


def test_helm_may_take_no_longer_than_the_search(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = {"Chart.yaml": "apiVersion: v2\nname: slow\nversion: 1.0.0\n", "values.yaml": "a: b\n"}
    root = tree(
        {**chart, "templates/a.yaml": CONFIG_MAP + "  a: {{ .Values.a }}\n", "t/a.yaml": CONFIG_MAP + "  a: c\n"}
    )
    options = migrator.Options(offline=True, no_cache=True, budget=1)
    assert migrator.infer(str(root), [root / "t/a.yaml"], options).exit_code == 0
    monkeypatch.setattr(judge, "_SLOW", 0.001)
    monkeypatch.setattr(judge, "_LEAST_ROOM", -1.0)
    with pytest.raises(MigrateError) as caught:
        migrator.infer(str(root), [root / "t/a.yaml"], options)
    assert caught.value.diagnostic.code == "MIG504"
