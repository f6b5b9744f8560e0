"""Real charts with real values, as umbrella charts, against what helm rendered from them directly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.charts import ChartLibrary, ChartSources, load_archive
from migrator.compare import Terms
from migrator.engines import Cache, find_tools, rendered_resources
from migrator.lock import Lock, LockedEnvironment, LockedRelease
from migrator.model import ReleaseContext, RepoPath
from migrator.prove import EnvironmentProof, RenderContext, Rendering, Verdict, prove, render_lock
from migrator.yamlio import Dialect, dump, read_value

pytestmark = pytest.mark.corpus


def proof_of(case_folder: Path, tmp_path: Path) -> EnvironmentProof:
    """The case's target against what its chart and values render through an umbrella chart."""
    case = read_value((case_folder / "case.yaml").read_bytes(), dialect=Dialect.SIGS)
    mirror = case_folder.parent / "charts"
    chart = load_archive(case_folder / case["chart_file"])
    name, version = str(chart.metadata["name"]), str(chart.metadata["version"])
    dependency = {"name": name, "version": version, "repository": "https://charts.example.org"}
    umbrella = {"apiVersion": "v2", "name": name, "version": "0.1.0", "dependencies": [dependency]}
    values = read_value((case_folder / "values.yaml").read_bytes(), dialect=Dialect.SIGS)
    folder = tmp_path / "repository/umbrella"
    folder.mkdir(parents=True)
    (folder / "Chart.yaml").write_text(dump(umbrella))
    (folder / "values.yaml").write_text(dump({name: values}))
    release = LockedRelease(
        component=name,
        context=ReleaseContext(release=case["release"], namespace=case["namespace"]),
        path=RepoPath("umbrella"),
        name=name,
        version=version,
        repository="https://charts.example.org",
        digest=chart.digest,
        values=("values.yaml",),
    )
    lock = Lock(
        commit=None,
        tree="",
        engines={},
        environments={"prod": LockedEnvironment(before=(), kustomize=(), helm=(release,))},
    )
    library = ChartLibrary(ChartSources(mirrors=(mirror,), offline=True), Cache(tmp_path / "cache"))
    context = RenderContext(tools=find_tools(), library=library, cache=Cache(None))
    after = render_lock(lock, folder.parent, context)
    target = rendered_resources((case_folder / "target.yaml").read_bytes())
    (part,) = after["prod"].parts
    assert part.problem is None, part.problem
    before = Rendering(environment="prod", parts=(replace(part, resources=target, generated=()),))
    return prove({"prod": before}, after, terms=Terms()).environments["prod"]


@pytest.mark.parametrize(
    "case", ["alertmanager-0.30.1-bjw-s-labs", "ingress-nginx-2.3.0-buroa", "thanos-8.1.2-toboshii"]
)
def test_umbrella_renders_what_the_chart_renders(corpus: Path, tmp_path: Path, case: str) -> None:
    proof = proof_of(corpus / "roundtrip" / case, tmp_path)
    assert proof.verdict is Verdict.IDENTICAL, proof.found
    assert proof.after > 3


def test_null_defaults_vanish_in_an_umbrella_and_the_proof_says_so(corpus: Path, tmp_path: Path) -> None:
    # helm drops explicit nulls of a dependency's values.yaml, which it keeps where the chart is rendered directly
    proof = proof_of(corpus / "roundtrip/home-assistant-13.4.2-tyriis", tmp_path)
    assert [each.difference.path[-1] for each in proof.found] == ["securityContext"]
    assert proof.verdict is Verdict.DIFFERS


def test_generated_secrets_are_unproved(corpus: Path, tmp_path: Path) -> None:
    proof = proof_of(corpus / "roundtrip/postgresql-8.7.3-buroa", tmp_path)
    assert proof.verdict is Verdict.UNPROVED
    assert [reason.code for reason in proof.reasons] == ["MIG707"]
