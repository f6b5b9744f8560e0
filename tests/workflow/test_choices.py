from __future__ import annotations

from pathlib import Path

import pytest

from migrator.compare import Acceptance
from migrator.diagnostics import MigrateError
from migrator.discover import Config, GitOps
from migrator.lock import Lock
from migrator.model import Impact
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import as_locked
from migrator.workflow.steps.choices import choose


def test_defaults(tmp_path: Path) -> None:
    choices = choose(Settings(root=tmp_path), Config())
    assert (choices.max_impact, choices.layout, choices.gitops) == (Impact.METADATA, "growing", "none")
    assert not choices.sources.offline
    assert (choices.kube_version, choices.kube_is_given) == ("1.32", False)


def test_the_configuration_speaks_where_the_command_line_is_silent(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    config = Config(
        layout="in-place",
        offline=True,
        max_impact=Impact.NONE,
        chart_mirrors=("charts",),
        kube_version="1.29",
        accept=(Acceptance(only=("x#/y",), reason="because"),),
    )
    choices = choose(Settings(root=tmp_path), config)
    assert (choices.layout, choices.max_impact, choices.kube_version) == ("in-place", Impact.NONE, "1.29")
    assert choices.sources.offline
    assert choices.sources.mirrors == (tmp_path / "charts",)
    assert choices.accepted == config.accept


def test_the_command_line_wins(tmp_path: Path) -> None:
    config = Config(layout="in-place", offline=True, max_impact=Impact.NONE, gitops=GitOps(tool="flux"))
    settings = Settings(root=tmp_path, layout="growing", offline=False, max_impact="data-loss", gitops="none")
    choices = choose(settings, config)
    assert (choices.layout, choices.max_impact, choices.gitops) == ("growing", Impact.DATA_LOSS, "none")
    assert not choices.sources.offline


def test_no_cache_means_none(tmp_path: Path) -> None:
    assert choose(Settings(root=tmp_path, no_cache=True), Config()).cache.directory is None
    assert choose(Settings(root=tmp_path, cache=tmp_path / "c"), Config()).cache.directory == tmp_path / "c"


def test_the_tool_of_the_configuration_counts_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert choose(Settings(root=tmp_path), Config(gitops=GitOps(tool="argocd"))).gitops == "argocd"
    with pytest.raises(MigrateError, match=r"argo-cd.*MIG903"):
        choose(Settings(root=tmp_path, gitops="argo-cd"), Config())


def test_what_an_earlier_migration_was_rendered_for_holds_until_somebody_says_otherwise(tmp_path):
    lock = Lock(commit=None, tree="t", engines={"kubeVersion": "1.27"}, environments={})
    choices = as_locked(choose(Settings(root=tmp_path), Config()), lock)
    assert (choices.kube_version, choices.kube_is_given) == ("1.27", True)
    said = choose(Settings(root=tmp_path, kube_version="1.30"), Config())
    assert as_locked(said, lock).kube_version == "1.30"
    assert not as_locked(choose(Settings(root=tmp_path), Config()), None).kube_is_given
