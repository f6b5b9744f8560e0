"""What lies in `charts/` of an umbrella chart is what a deployer renders."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hybrid_repository import CHART, archive

from migrator.diagnostics import Diagnostic
from migrator.prove import render_lock

Hybrid = Any
CHARTS = "infra/tiny/charts"
EXTRA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n"


def problem(hybrid: Hybrid) -> Diagnostic | None:
    return render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"].parts[-1].problem


def unpack(hybrid: Hybrid, name: str = "tiny") -> Path:
    """The chart of the mirror as a folder of the repository."""
    charts = hybrid.root / CHARTS
    with tarfile.open(hybrid.mirror / "tiny-1.2.3.tgz") as packed:
        packed.extractall(charts, filter="data")
    if name != "tiny":
        (charts / "tiny").rename(charts / name)
    return charts / name


def told(hybrid: Hybrid, path: str) -> str:
    found = problem(hybrid)
    assert found is not None
    assert found.span is not None
    assert found.span.path == path
    return f"{found.code} {found.summary}"


def test_an_unpacked_chart_as_it_was_published_is_rendered(hybrid: Hybrid) -> None:
    unpack(hybrid)
    assert problem(hybrid) is None


def changed_template(folder: Path) -> None:
    (folder / "templates/deployment.yaml").write_text(EXTRA)


def further_template(folder: Path) -> None:
    (folder / "templates/extra.yaml").write_text(EXTRA)


def hidden_template(folder: Path) -> None:
    (folder / "templates/extra.yaml").write_text(EXTRA)
    (folder / ".helmignore").write_text(".helmignore\ntemplates/extra.yaml\n")


def dotted_template(folder: Path) -> None:
    (folder / "templates/.extra.yaml").write_text(EXTRA)


def other_default(folder: Path) -> None:
    (folder / "values.yaml").write_text(CHART["values.yaml"].replace("replicas: 1", "replicas: 9"))


def template_gone(folder: Path) -> None:
    (folder / "templates/hook.yaml").unlink()


def linked_template(folder: Path) -> None:
    (folder.parents[3] / "elsewhere").mkdir()
    (folder.parents[3] / "elsewhere/extra.yaml").write_text(EXTRA)
    (folder / "templates/more").symlink_to(os.path.relpath(folder.parents[3] / "elsewhere", folder / "templates"))


CHANGES = [
    changed_template,
    further_template,
    hidden_template,
    dotted_template,
    other_default,
    template_gone,
    linked_template,
]


@pytest.mark.parametrize("name", ["tiny", "another-name"])
@pytest.mark.parametrize("change", CHANGES)
def test_an_unpacked_chart_that_was_changed_is_refused(
    hybrid: Hybrid, change: Callable[[Path], None], name: str
) -> None:
    change(unpack(hybrid, name))
    said = told(hybrid, f"{CHARTS}/{name}")
    assert said.startswith("MIG704")
    assert "the vendored chart tiny is not the one that was proved" in said


@pytest.mark.parametrize("name", ["tiny-1.2.3.tgz", "tiny-9.tgz", "a.tgz"])
def test_an_archive_that_was_changed_is_refused_whatever_it_is_called(hybrid: Hybrid, name: str) -> None:
    (hybrid.root / CHARTS).mkdir()
    archive(hybrid.root / CHARTS / name, "tiny", {**CHART, "templates/extra.yaml": EXTRA})
    assert "MIG704" in told(hybrid, f"{CHARTS}/{name}")


def test_neither_hides_behind_a_good_one(hybrid: Hybrid) -> None:
    changed_template(unpack(hybrid))
    (hybrid.mirror / "tiny-1.2.3.tgz").rename(hybrid.root / CHARTS / "tiny-1.2.3.tgz")
    assert "MIG704" in told(hybrid, f"{CHARTS}/tiny")


def test_a_chart_that_nothing_names_is_refused(hybrid: Hybrid) -> None:
    (hybrid.root / CHARTS).mkdir()
    archive(hybrid.root / CHARTS / "b.tgz", "b", {**CHART, "Chart.yaml": "apiVersion: v2\nname: b\nversion: 1.0.0\n"})
    assert "MIG703" in told(hybrid, f"{CHARTS}/b.tgz")
    (hybrid.root / CHARTS / "b.tgz").rename(hybrid.root / CHARTS / "_b.tgz")
    assert problem(hybrid) is None


def test_a_linked_folder_is_read_as_helm_reads_it(hybrid: Hybrid) -> None:
    more = hybrid.root / "more"
    more.mkdir()
    (more / "extra.yaml").write_text(EXTRA)
    (hybrid.root / "infra/tiny/templates").symlink_to("../../more")
    part = render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"].parts[-1]
    assert "extra" in {each.id.name for each in part.resources}
    assert "infra/tiny/templates/extra.yaml" in part.inputs


@pytest.mark.parametrize("target", ["..", "../tiny", "../../..", "/etc"])
def test_a_linked_folder_that_leads_out_or_into_itself_is_refused(hybrid: Hybrid, target: str) -> None:
    (hybrid.root / "infra/tiny/templates").symlink_to(target)
    if target == "..":
        (hybrid.root / "infra/tiny/templates").unlink()
        (hybrid.root / "infra/loop").mkdir()
        (hybrid.root / "infra/loop/back").symlink_to("..")
        (hybrid.root / "infra/tiny/templates").symlink_to("../loop")
    found = problem(hybrid)
    assert found is not None
    assert found.code == "MIG702"
