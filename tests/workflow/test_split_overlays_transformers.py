"""Folders of transformers serve every application from where they are, as far as the render proves it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_support import Migrate, tree
from small_shop import CHART, SHOP, written

LABELS = """\
apiVersion: builtin
kind: LabelTransformer
metadata: {name: ours}
labels: {team: shop}
fieldSpecs:
- {path: metadata/labels, create: true}
"""
PREFIX = """\
apiVersion: builtin
kind: PrefixTransformer
metadata: {name: ours}
prefix: our-
fieldSpecs:
- {path: metadata/name, kind: Deployment}
"""


def shop(tmp_path: Path, files: Mapping[str, str]) -> Path:
    written(tmp_path / "charts", {f"tiny-queue/{path}": content for path, content in CHART.items()})
    prod = SHOP["overlays/prod/kustomization.yaml"]
    listed = {"overlays/prod/kustomization.yaml": f"{prod}transformers:\n- labels # for all\n"}
    folder = {"overlays/prod/labels/kustomization.yaml": "resources:\n- labels.yaml\n"}
    return written(tmp_path / "shop", {**SHOP, **listed, **folder, **files})


@pytest.mark.parametrize("layout", ["growing", "enterprise"])
@pytest.mark.parametrize("transformer", [LABELS, PREFIX], ids=["labels", "prefix"])
def test_a_folder_of_transformers_stays_and_every_part_names_it(
    migrate: Migrate, tmp_path: Path, layout: str, transformer: str
) -> None:
    root = shop(tmp_path, {"overlays/prod/labels/labels.yaml": transformer})
    options = ("--offline", "--chart-mirror", tmp_path / "charts", "--layout", layout)
    shown = migrate("apply", root, *options)
    assert shown.code == 0, shown.err
    assert "Verdict: identical" in shown.out
    assert (root / "overlays/prod/labels/labels.yaml").read_text() == transformer
    applications = root / "applications" if layout == "growing" else root / "applications/shop"
    up = "../../../.." if layout == "growing" else "../../../../.."
    for name in ("api", "web"):
        part = (applications / name / "overlays/prod/kustomization.yaml").read_text()
        assert f"- {up}/overlays/prod/labels # for all\n" in part
        assert "labels" not in (applications / name / "overlays/dev/kustomization.yaml").read_text()
    top = root / ("overlays" if layout == "growing" else "environments") / "prod/kustomization.yaml"
    assert "transformers" not in top.read_text()
    after = tree(root)
    assert migrate("apply", root, *options).code == 0
    assert tree(root) == after


def test_a_folder_of_generators_stays_and_one_part_names_it(migrate: Migrate, tmp_path: Path) -> None:
    made = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: made}\nliterals: [a=b]\n"
    prod = SHOP["overlays/prod/kustomization.yaml"]
    files = {
        "overlays/prod/kustomization.yaml": f"{prod}generators:\n- made\n",
        "overlays/prod/made/kustomization.yaml": "resources:\n- made.yaml\n",
        "overlays/prod/made/made.yaml": made,
    }
    root = shop(tmp_path, files)
    options = ("--offline", "--chart-mirror", tmp_path / "charts", "--layout", "growing")
    shown = migrate("apply", root, *options)
    assert shown.code == 0, shown.err
    assert "Verdict: identical" in shown.out
    parts = [path for path in root.rglob("overlays/prod/kustomization.yaml") if "generators" in path.read_text()]
    assert len(parts) == 1, shown.err
    assert parts[0].is_relative_to(root / "platform")
    assert (root / "overlays/prod/made/made.yaml").read_text() == made
    assert (root / "applications/api/base/api.yaml").is_file()


def test_what_counts_in_the_folder_that_is_built_alone_is_kept_in_both(migrate: Migrate, tmp_path: Path) -> None:
    prod = SHOP["overlays/prod/kustomization.yaml"]
    more = "buildMetadata: [managedByLabel] # ours\nsortOptions: {order: legacy}\n"
    root = written(tmp_path / "shop", {**SHOP, "overlays/prod/kustomization.yaml": f"{prod}{more}"})
    shown = migrate("apply", root, "--offline", "--layout", "enterprise")
    assert (shown.code, "Verdict: identical" in shown.out) == (0, True), shown.err
    for folder in ("environments/prod", "applications/shop/api/overlays/prod"):
        assert more in (root / folder / "kustomization.yaml").read_text()


def test_paths_that_are_written_into_objects_keep_all_where_it_is(migrate: Migrate, tmp_path: Path) -> None:
    prod = SHOP["overlays/prod/kustomization.yaml"] + "buildMetadata: [managedByLabel, originAnnotations]\n"
    root = written(tmp_path / "shop", {**SHOP, "overlays/prod/kustomization.yaml": prod})
    before = tree(root)
    shown = migrate("apply", root, "--offline", "--layout", "enterprise")
    assert "buildMetadata in overlays/prod/kustomization.yaml writes the paths of files into every object" in shown.err
    assert "(originAnnotations) [MIG641]" in shown.err
    assert tree(root) == before


def test_a_patch_over_all_annotations_of_renamed_objects_ties_nothing(migrate: Migrate, tmp_path: Path) -> None:
    over = "- {op: add, path: /metadata/annotations, value: {by: us}}"
    dev = SHOP["overlays/dev/kustomization.yaml"]
    more = f'namePrefix: dev-\npatches:\n- target: {{kind: Deployment}}\n  patch: "{over}"\n'
    assert "patches" not in dev
    root = written(tmp_path / "shop", {**SHOP, "overlays/dev/kustomization.yaml": f"{dev}{more}"})
    shown = migrate("apply", root, "--offline", "--layout", "growing")
    assert (shown.code, "Verdict: identical" in shown.out) == (0, True), shown.err
    assert {"api", "web"} <= {path.name for path in (root / "applications").iterdir()}
