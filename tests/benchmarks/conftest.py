"""A tiny chart, and a case of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_chart import CHART, CONFIG, VALUES

from measuring.cases import Case, read_cases
from measuring.process import Found
from migrator.engines import Tool, find_helm
from migrator.model import ReleaseContext


@pytest.fixture(scope="session")
def tool() -> Tool:
    return find_helm()


@pytest.fixture
def case(tree: Callable[..., Path], tool: Tool) -> Callable[..., Case]:
    """A case of a chart with these templates, with the target that helm renders from these values."""

    def make(values: str, *, templates: dict[str, str] | None = None, deterministic: bool = True) -> Case:
        files = {f"chart/templates/{name}": text for name, text in (templates or {"config.yaml": CONFIG}).items()}
        told = (
            f"chart: tiny\nversion: 1.0.0\nrelease: one\nnamespace: here\ndeterministic: {str(deterministic).lower()}\n"
        )
        told += "chart_file: ../chart\nflags: [--include-crds]\n"
        files |= {"chart/Chart.yaml": CHART, "chart/values.yaml": VALUES, "tiny-one/case.yaml": told}
        files |= {"tiny-one/values.yaml": values, "tiny-one/minimal.yaml": values, "tiny-one/target.yaml": ""}
        root = tree(files)
        found = read_cases(root)[0]
        found.target.write_bytes(found.render(tool, found.values))
        return found

    return make


@pytest.fixture
def found() -> Callable[..., Found]:
    """What the product says that it found."""

    def make(common: object, **more: object) -> Found:
        given = {
            "context": ReleaseContext(release="one", namespace="here"),
            "environments": {},
            "identical": True,
            **more,
        }
        return Found(common=common, **given)

    return make
