from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.classify import Component, ComponentKind, classify
from migrator.discover import discover, read_config
from migrator.engines import Cache, find_kustomize
from migrator.graph import build_graph
from migrator.load import load
from migrator.model import Json, RepoPath, Resource
from migrator.render_roots import Renderer, build_all
from migrator.signatures import TEAM_SIGNATURES, load_signatures
from migrator.yamlio import Dialect, read_value

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def without_chart_labels(value: Json) -> Json:
    """A copy without any label or annotation by which a chart names itself, pod templates included."""
    if isinstance(value, list):
        return [without_chart_labels(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: without_chart_labels(one) for key, one in value.items() if key not in {"helm.sh/chart", "heritage"}}


def components_of(root: Path, without: Sequence[str] = (), *, strip: bool = False) -> dict[str, Component]:
    config = read_config(root)
    index = discover(root, config)
    kustomizations, _ = load(index)
    builds, _ = build_all(kustomizations, config, Renderer(kustomize=find_kustomize(), cache=Cache(None)))
    if strip:
        builds = tuple(
            replace(
                build, resources=tuple(replace(one, body=without_chart_labels(one.body)) for one in build.resources)
            )
            for build in builds
        )
    environments: dict[str, list[Resource]] = {}
    for build in builds:
        environments.setdefault(build.environment, []).extend(build.resources)
    signatures = [one for one in load_signatures([root / TEAM_SIGNATURES]) if one.chart not in without]
    components, _ = classify(environments, build_graph(builds, kustomizations), signatures)
    return {one.id: one for one in components}


def test_the_fixture_is_recognised_by_the_teams_own_signatures() -> None:
    found = components_of(FIXTURES / "simple-app")
    assert {name for name, one in found.items() if one.kind is ComponentKind.THIRD_PARTY} == {
        "tiny-cache",
        "tiny-db",
        "tiny-monitor",
    }
    assert {"api", "frontend", "namespaces"} <= set(found)
    assert [res_id.name for res_id in found["monitoring"].members["prod"]] == ["shop-dashboard"]


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "strip"), [("shop", False), ("shop-unlabelled", False), ("shop-unlabelled", True)])
def test_the_shops_are_recognised_to_the_object(corpus: Path, name: str, strip: bool) -> None:
    found = components_of(corpus / "phase1" / name, strip=strip)
    truth = read_value((corpus / "phase1" / "shop-truth.yaml").read_bytes(), dialect=Dialect.SIGS, path=RepoPath("t"))
    for wanted in truth:
        one = found[wanted["chart"]]
        assert one.candidates[0].chart == wanted["chart"]
        assert one.candidates[0].versions[0] == wanted["version"]
        assert (one.release, one.namespace) == (wanted["release"], wanted["namespace"])
        assert one.category == wanted["category"]
        assert {env: len(held) for env, held in one.members.items()} == wanted["resources"]
    applications = {name for name, one in found.items() if one.kind is ComponentKind.APPLICATION}
    assert applications == {"api", "frontend", "namespaces"}


@pytest.mark.corpus
def test_the_labelled_shop_needs_no_signatures(corpus: Path) -> None:
    found = components_of(corpus / "phase1" / "shop", ["kube-prometheus-stack", "redis", "cert-manager"])
    assert {"kube-prometheus-stack", "redis", "cert-manager", "ingress-nginx"} <= set(found)
    assert len(found["kube-prometheus-stack"].members["prod"]) == 119
    assert len(found["cert-manager"].members["dev"]) == 45
