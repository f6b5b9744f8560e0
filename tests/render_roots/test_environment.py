"""Roots without a usual name that stand for each other are environments of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from migrator.discover import Config
from migrator.model import Json, RepoPath, resource_of
from migrator.render_roots import Build
from migrator.render_roots.environment import environment_of, told_apart, with_environments


def build(root: str, image: str, namespace: str = "shop", more: Sequence[str] = (), status: str = "built") -> Build:
    def made(kind: str, name: str, **spec: Json) -> Json:
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, **spec}

    objects = (
        made("Deployment", "api", spec={"image": image}),
        *(made(kind, "api") for kind in ("Service", "Role")),
        *(made("ConfigMap", each) for each in more),
    )
    path = RepoPath(root)
    return Build(
        environment=environment_of(path, Config()), root=path, status=status, resources=tuple(map(resource_of, objects))
    )


EU, US = build("api/eu", "a:1"), build("api/us", "a:2")


@pytest.mark.parametrize(
    ("builds", "found"),
    [
        ((EU, US), {"eu": ("api/eu",), "us": ("api/us",)}),
        # what else lies below the folders by which they differ
        (
            (
                build("eu/api", "a:1"),
                build("us/api", "a:2"),
                build("eu/web", "b:1", "web"),
                build("tools", "c:1", "ci"),
            ),
            {"eu": ("eu/api", "eu/web"), "us": ("us/api",)},
        ),
        ((EU, build("api/us", "a:1")), {}),  # the same twice
        ((build("api/eu", "a:1", ""), build("api/us", "a:2", "")), {}),  # who knows in which namespace
        ((EU, build("web/us", "a:2")), {}),  # two applications
        ((EU, build("api/us", "a:2", more=("a", "b"))), {}),  # one is more than the other
        ((EU, build("api/us", "a:2", status="failed")), {}),
        ((EU, build("api/prod", "a:2")), {}),  # one has a usual name
    ],
)
def test_roots_that_no_cluster_can_have_both_are_told_apart_by_their_path(builds, found) -> None:
    assert told_apart(builds, Config()) == found


def test_neither_what_is_configured_nor_a_usual_name_is_changed() -> None:
    config = Config(environments={"one": (RepoPath("api/eu"),)})
    assert told_apart((EU, US), config) == {}
    more = with_environments(config, {"eu": (RepoPath("api/eu"), RepoPath("web/eu")), "x": (RepoPath("web/prod"),)})
    assert more.environments == {"one": ("api/eu",), "eu": ("web/eu",)}
    assert with_environments(config, {"default": (RepoPath("web/eu"),)}) is config
