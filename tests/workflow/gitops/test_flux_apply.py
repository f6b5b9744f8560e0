"""`migrate apply --gitops flux` on a repository that nothing deploys yet: what is written deploys what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate
from emitted_objects import Flux, applied, documents, proved, sorted_bodies

from migrator.lock import LOCK_PATH, read_lock


@pytest.mark.parametrize(("layout", "source"), [("enterprise", "chart"), ("growing", "git")])
def test_what_the_folder_deploys_is_what_the_proof_renders(
    migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str, source: str
) -> None:
    (hybrid_app / "migrate.yaml").write_text(f"gitops: {{flux: {{source: {source}}}}}\n")
    applied(migrate, hybrid_app, mirror, layout, tool="flux")
    for environment in ("dev", "prod"):
        flux = Flux(hybrid_app, mirror, f"platform/flux/{environment}")
        assert sorted_bodies(flux.rendered()) == proved(hybrid_app, environment, mirror)
    releases = [each["spec"] for each in flux.objects if each["kind"] == "HelmRelease"]
    assert len(releases) == 2
    assert all(("valuesFiles" in str(each)) == (source == "git") for each in releases)


def test_the_lock_names_what_deploys_each_part(migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str) -> None:
    applied(migrate, hybrid_app, mirror, layout, tool="flux")
    lock = read_lock((hybrid_app / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert lock.handover.tool == "flux"
    for held in lock.environments.values():
        for each in held.deployed_by:
            named = {(one["kind"], one["metadata"]["name"]) for one in documents(hybrid_app / each.file)}
            assert (each.kind, each.name) in named
            assert each.kind == ("HelmRelease" if each.component else "Kustomization")
        assert {each.component for each in held.deployed_by if each.component} == {each.component for each in held.helm}
