from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.diagnostics import Diagnostics
from migrator.discover import discover, read_config
from migrator.engines import Cache, Tool, find_kustomize
from migrator.load import load
from migrator.render_roots import Build, Inflater, Renderer, build_all


@pytest.fixture(scope="session")
def kustomize(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIGRATE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "tools"))
        return find_kustomize()


@pytest.fixture
def build(kustomize: Tool) -> Callable[..., tuple[dict[str, Build], Diagnostics]]:
    """Builds a repository and returns its builds by root, and what was said."""

    def run(
        root: Path,
        *,
        cache: Cache | None = None,
        tool: Tool | None = None,
        network: bool = False,
        inflater: Inflater | None = None,
    ) -> tuple[dict[str, Build], Diagnostics]:
        config = read_config(root)
        index = discover(root, config)
        kustomizations, _ = load(index)
        builds, diagnostics = build_all(
            kustomizations,
            config,
            Renderer(kustomize=tool or kustomize, cache=cache or Cache(None), network=network, inflater=inflater),
        )
        return {held.root: held for held in builds}, diagnostics

    return run
