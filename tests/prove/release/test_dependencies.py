"""Chart.yaml and Chart.lock decide what a deployer fetches."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator.engines import find_helm
from migrator.model import Json
from migrator.prove import render_lock
from migrator.prove.release.dependencies import dependencies_of, lock_file_problem
from migrator.rewrite.umbrella.chart_files import dependencies_digest
from migrator.yamlio import Dialect, dump, read_value

Hybrid = Any
URL = "https://charts.example.org"
TINY: dict[str, Json] = {"name": "tiny", "version": "1.2.3", "repository": URL}
OTHER: dict[str, Json] = {"name": "extra", "version": "6.6.6", "repository": "https://evil.example.org"}


def lock(*entries: dict[str, Json], wanted: tuple[dict[str, Json], ...] = (TINY,), digest: str = "") -> Json:
    return {"dependencies": list(entries), "digest": digest or dependencies_digest(wanted, entries)}


def problem(hybrid: Hybrid) -> tuple[str, str]:
    found = render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"].parts[-1].problem
    return (found.code, str(found.span.path) if found.span else "") if found else ("", "")


CROOKED: dict[str, Json] = {
    "another repository": lock({**TINY, "repository": "https://evil.example.org"}),
    "the repository with a sign more": lock({**TINY, "repository": f"{URL}/"}),
    "another version": lock({**TINY, "version": "1.2.4"}),
    "a dependency more": lock(TINY, OTHER),
    "a dependency before": lock(OTHER, TINY),
    "itself twice": lock(TINY, TINY),
    "itself twice, once from elsewhere": lock(TINY, {**TINY, "repository": "https://evil.example.org"}),
    "nothing": lock(),
    "no list": {"dependencies": None, "digest": dependencies_digest([TINY], [])},
    "a digest of something else": lock(TINY, digest="sha256:0000"),
    "no digest": {"dependencies": [TINY]},
    "another alias": lock({**TINY, "alias": "b"}, digest=dependencies_digest([TINY], [TINY])),
    "no mapping": [TINY],
    "an empty file": None,
}


@pytest.mark.parametrize("name", sorted(CROOKED))
def test_a_chart_lock_that_locks_something_else_is_refused(hybrid: Hybrid, name: str) -> None:
    path = hybrid.root / "infra/tiny/Chart.lock"
    path.write_text(dump(lock(TINY)))
    assert problem(hybrid) == ("", "")
    path.write_text(dump(CROOKED[name]) if CROOKED[name] is not None else "")
    assert problem(hybrid) == ("MIG703", "infra/tiny/Chart.lock")


def test_a_second_dependency_of_the_same_name_is_refused(hybrid: Hybrid) -> None:
    path = hybrid.root / "infra/tiny/Chart.yaml"
    twin = f"- {{name: tiny, version: 1.2.3, repository: {OTHER['repository']}, alias: twin}}\n"
    path.write_text(path.read_text() + twin)
    assert problem(hybrid) == ("MIG703", "infra/tiny/Chart.yaml")
    path.write_text(path.read_text().replace(str(OTHER["repository"]), URL))
    assert problem(hybrid) == ("", "")


@pytest.mark.parametrize("name", ["requirements.yaml", "requirements.lock"])
def test_files_of_helm_2_that_helm_believes_first_are_refused(hybrid: Hybrid, name: str) -> None:
    (hybrid.root / "infra/tiny" / name).write_text(dump({"dependencies": [OTHER]}))
    assert problem(hybrid) == ("MIG703", f"infra/tiny/{name}")


def test_a_chart_lock_that_helm_writes_is_right(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.2.3\n")
    chart = tmp_path / "top"
    chart.mkdir()
    (chart / "Chart.yaml").write_text(
        "apiVersion: v2\nname: top\nversion: 0.1.0\ndependencies:\n"
        "- {name: one, version: 1.2.3, repository: 'file://../one', condition: one.on, tags: [a, b], alias: uno}\n"
        "- name: two\n  version: ^1.0.0\n  repository: file://../two\n"
        "  import-values: [data, {parent: p, child: c}]\n  enabled: true\n"
    )
    subprocess.run([find_helm().path, "dependency", "update", chart], check=True, capture_output=True, cwd=tmp_path)
    entries = dependencies_of(read_value((chart / "Chart.yaml").read_bytes(), dialect=Dialect.SIGS))
    locked = read_value((chart / "Chart.lock").read_bytes(), dialect=Dialect.SIGS)
    assert lock_file_problem(entries, locked) == ""
    assert "digest" in lock_file_problem([{**entries[0], "condition": "one.off"}, entries[1]], locked)
