"""Shapes of what deploys today in which the stages once were refused, as the new objects were looked for elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git
from deployed_today import deployed_by_flux
from emitted_objects import applied

from measuring.handover_shapes import made
from migrator.charts import ChartLibrary, ChartSources
from migrator.engines import Cache, find_tools
from migrator.lock import LOCK_PATH, read_lock
from migrator.prove import RenderContext
from migrator.prove.handover import read_commit
from migrator.prove.handover.renders import Renders


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        # one object for both clusters, and a root Application of its own for each
        ("ApplicationSet", "platform/argocd/root-app-prod.yaml"),
        # roots that name no environment, below a cluster that does
        ("one Kustomization per component", "clusters/prod/helm-releases.yaml"),
    ],
)
def test_what_is_new_is_deployed_before_the_old_owner_lets_go(
    migrate: Migrate, tmp_path: Path, mirror: Path, shape: str, place: str
) -> None:
    root = tmp_path / "shop"
    tool = made(shape, root)
    committed(root)
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool=tool)
    assert place in git(root, "ls-tree", "-r", "--name-only", "hybrid").splitlines()


@pytest.fixture
def registry(migrate: Migrate, tmp_path: Path, mirror: Path) -> Path:
    """Deployed by Flux, with charts from a registry, and migrated on the branch `hybrid`."""
    root = deployed_by_flux(tmp_path / "shop")
    for path in (root / ".migrate/rules/signatures").rglob("*.yaml"):
        path.write_text(path.read_text().replace("repository: https://", "repository: oci://"))
    git(root, "commit", "-qam", "charts in a registry")
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool="flux")
    return root


def test_a_release_has_the_source_of_its_chart_as_long_as_it_is_there_itself(registry: Path) -> None:
    files = git(registry, "grep", "-l", "kind: OCIRepository", "hybrid~1", "hybrid").splitlines()
    assert files
    assert all(each.startswith("hybrid:") for each in files)  # the source comes and goes with the release


def test_clusters_have_sources_of_one_name(registry: Path, mirror: Path) -> None:
    git(registry, "checkout", "-q", "hybrid")
    path = registry / "platform/flux/dev/tiny-db.yaml"
    text = path.read_text()
    path.write_text(re.sub(r"tag: .*", "tag: 9.9.9", text, count=1))
    library = ChartLibrary(ChartSources(mirrors=(mirror,), offline=True), Cache(None))
    context = RenderContext(tools=find_tools(), library=library, cache=Cache(None))
    commit = read_commit("now", registry, read_lock((registry / LOCK_PATH).read_bytes()), context)
    found = {each.environment: each for each in commit.deployers if each.id.name == "tiny-db"}
    assert found["dev"].sources[0].version == "9.9.9"
    assert found["prod"].sources[0].version != "9.9.9"
    body = next(each.body for each in commit.objects if each.span == found["prod"].span)
    renders = Renders(commits=[commit], context=context, environments=frozenset({"prod"}), own=commit.own)
    assert renders(body, 0).objects
