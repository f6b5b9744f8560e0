"""Image markers of Flux on what becomes values: they go along, or the component stays and says which has no place."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, tree
from small_shop import CHART, QUEUE, SHOP, written

from migrator.engines import find_helm

IMAGE = "image: registry.example.org/tiny/queue:3.1"


def marked(image: str, policy: str = "flux-system:queue") -> str:
    return f'{image} # {{"$imagepolicy": "{policy}"}}'


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    written(tmp_path / "charts/tiny-queue", CHART)
    return tmp_path / "charts"


def applied(migrate: Migrate, root: Path, charts: Path, layout: str = "growing") -> Outcome:
    shown = migrate("apply", root, "--offline", "--chart-mirror", charts, "--layout", layout)
    assert shown.code == 0, shown.err
    return shown


@pytest.mark.parametrize("layout", ["in-place", "growing"])
def test_a_marker_of_a_manifest_goes_beside_the_tag(
    migrate: Migrate, tmp_path: Path, charts: Path, layout: str
) -> None:
    queue = QUEUE.replace(IMAGE, marked("image: registry.example.org/tiny/queue:3.2"))
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue})
    applied(migrate, root, charts, layout)
    folder = root / ("helm-charts/messaging/tiny-queue" if layout == "growing" else "base/queue/tiny-queue")
    values = (folder / "values.yaml").read_text()
    assert 'tag: "3.2" # {"$imagepolicy": "flux-system:queue:tag"}\n' in values
    assert values.count("$imagepolicy") == 1
    assert "$imagepolicy" not in (folder / "values-prod.yaml").read_text()


def test_a_marker_of_a_whole_image_becomes_two(migrate: Migrate, tmp_path: Path, charts: Path) -> None:
    queue = QUEUE.replace(IMAGE, marked("image: mirror.example.org/tiny/queue:3.2"))
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue})
    applied(migrate, root, charts)
    values = (root / "helm-charts/messaging/tiny-queue/values.yaml").read_text()
    assert 'repository: mirror.example.org/tiny/queue # {"$imagepolicy": "flux-system:queue:name"}\n' in values
    assert 'tag: "3.2" # {"$imagepolicy": "flux-system:queue:tag"}\n' in values


def overlay(tag: str, comment: str) -> str:
    return (
        f"resources:\n- ../../base\nnamespace: shop\nimages:\n- name: registry.example.org/tiny/queue\n"
        f'  newTag: "{tag}"{comment}\n'
    )


def test_a_marker_of_an_overlay_goes_into_the_values_of_its_environment(
    migrate: Migrate, tmp_path: Path, charts: Path
) -> None:
    files = {
        f"overlays/{name}/kustomization.yaml": overlay(tag, f' # {{"$imagepolicy": "{name}:queue:tag"}}')
        for name, tag in (("dev", "3.3-rc1"), ("prod", "3.2"))
    }
    root = written(tmp_path / "shop", {**SHOP, **files})
    applied(migrate, root, charts)
    folder = root / "helm-charts/messaging/tiny-queue"
    for name, tag in (("dev", "3.3-rc1"), ("prod", "3.2")):
        values = (folder / f"values-{name}.yaml").read_text()
        assert f'{{"$imagepolicy": "{name}:queue:tag"}}' in values
        assert tag in next(line for line in values.splitlines() if "$imagepolicy" in line)
    assert "$imagepolicy" not in (folder / "values.yaml").read_text()
    assert "$imagepolicy" not in (root / "overlays/prod/kustomization.yaml").read_text()


def test_a_marker_of_one_environment_gets_a_value_of_its_own(migrate: Migrate, tmp_path: Path, charts: Path) -> None:
    files = {
        "overlays/dev/kustomization.yaml": overlay("3.2", ""),
        "overlays/prod/kustomization.yaml": overlay("3.2", ' # {"$imagepolicy": "prod:queue:tag"}'),
    }
    root = written(tmp_path / "shop", {**SHOP, **files})
    applied(migrate, root, charts)
    folder = root / "helm-charts/messaging/tiny-queue"
    assert 'tag: "3.2" # {"$imagepolicy": "prod:queue:tag"}\n' in (folder / "values-prod.yaml").read_text()
    assert "$imagepolicy" not in (folder / "values.yaml").read_text()
    assert not (folder / "values-dev.yaml").exists()


@pytest.mark.parametrize("policies", [("queue",), ("queue", "queue")], ids=["once", "twice"])
def test_a_tag_that_only_the_chart_says_is_written_for_its_marker(
    migrate: Migrate, tmp_path: Path, charts: Path, policies: tuple[str, ...]
) -> None:
    chart, queue = CHART["templates/queue.yaml"], QUEUE
    image = "image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\n"
    assert image in chart
    if len(policies) == 2:
        chart = chart.replace(image, f"{image}      - name: second\n        {image}")
        queue = queue.replace(f"{IMAGE}\n", f"{IMAGE}\n      - name: second\n        {IMAGE}\n")
    written(charts / "tiny-queue", {"templates/queue.yaml": chart})
    queue = queue.replace(IMAGE, marked(IMAGE))
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue})
    applied(migrate, root, charts)
    values = (root / "helm-charts/messaging/tiny-queue/values.yaml").read_text()
    assert 'tag: "3.1" # {"$imagepolicy": "flux-system:queue:tag"}\n' in values
    assert values.count("$imagepolicy") == 1
    assert "image automation" in values


def test_what_is_written_is_what_helm_judged(
    migrate: Migrate, tmp_path: Path, charts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = recording_helm(tmp_path / "helm", monkeypatch)
    files = {
        "overlays/dev/kustomization.yaml": overlay("3.1", ""),
        "overlays/prod/kustomization.yaml": overlay("3.1", ' # {"$imagepolicy": "prod:queue:tag"}'),
    }
    root = written(tmp_path / "shop", {**SHOP, **files})
    shown = migrate("plan", root, "--offline", "--no-cache", "--chart-mirror", charts)
    assert shown.code == 0, shown.err
    renders = [each.read_text() for each in sorted(judged.iterdir())]
    monkeypatch.delenv("MIGRATE_HELM")
    applied(migrate, root, charts)
    folder = root / "helm-charts/messaging/tiny-queue"
    common, prod = ((folder / name).read_text() for name in ("values.yaml", "values-prod.yaml"))
    line = '    tag: "3.1" # {"$imagepolicy": "prod:queue:tag"}\n'
    assert line in prod
    # a marker is a comment that comes beside the line; the line itself was there when helm judged the files
    assert common + prod.replace(line, '    tag: "3.1"\n') in renders
    assert common in renders


def recording_helm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with a file for each run of helm from now on: the values files of the run, one after the other."""
    judged = folder / "judged"
    judged.mkdir(parents=True)
    script = folder / "helm"
    script.write_text(
        "#!/bin/sh\n"
        f'record=$(mktemp "{judged}/XXXXXX")\n'
        'for each; do case $each in --values=*) cat "${each#--values=}" >> "$record";; esac; done\n'
        f'exec "{find_helm().path}" "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("MIGRATE_HELM", str(script))
    return judged


def test_images_of_one_tag_are_told_apart(migrate: Migrate, tmp_path: Path, charts: Path) -> None:
    image = "image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\n"
    side = "image: registry.example.org/tiny/side:{{ .Values.side.image.tag | default .Chart.AppVersion }}\n"
    chart = CHART["templates/queue.yaml"].replace(image, f"{image}      - name: side\n        {side}")
    values = CHART["values.yaml"] + "side: {image: {tag: ''}}\n"
    written(charts / "tiny-queue", {"templates/queue.yaml": chart, "values.yaml": values})
    other = marked("image: registry.example.org/tiny/side:3.1", "flux-system:side")
    queue = QUEUE.replace(f"{IMAGE}\n", f"{marked(IMAGE)}\n      - name: side\n        {other}\n")
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue})
    applied(migrate, root, charts)
    held = (root / "helm-charts/messaging/tiny-queue/values.yaml").read_text()
    lines = [
        line.strip() for line in held.splitlines() if "$imagepolicy" in line or line.strip() in ("image:", "side:")
    ]
    assert lines == [
        "image:",
        'tag: "3.1" # {"$imagepolicy": "flux-system:queue:tag"}',
        "side:",
        "image:",
        'tag: "3.1" # {"$imagepolicy": "flux-system:side:tag"}',
    ]


def test_a_tag_that_no_value_of_the_chart_gives_has_no_place_for_a_marker(
    migrate: Migrate, tmp_path: Path, charts: Path
) -> None:
    chart = CHART["templates/queue.yaml"].replace(".Values.image.tag | default .Chart.AppVersion", ".Chart.AppVersion")
    assert chart != CHART["templates/queue.yaml"]
    written(charts / "tiny-queue", {"templates/queue.yaml": chart})
    queue = QUEUE.replace(IMAGE, marked(IMAGE))
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue})
    before = tree(root)
    shown = applied(migrate, root, charts, "in-place")
    line = queue[: queue.index("$imagepolicy")].count("\n") + 1
    assert f"the image marker flux-system:queue in base/queue/queue.yaml:{line} would be lost" in shown.err
    assert "[MIG610]" in shown.err
    assert tree(root) == before


def test_flux_is_told_where_the_markers_went(migrate: Migrate, tmp_path: Path, charts: Path) -> None:
    automation = """\
apiVersion: image.toolkit.fluxcd.io/v1beta2
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: shop}
  update:
    path: ./base
    strategy: Setters
"""
    queue = QUEUE.replace(IMAGE, marked("image: registry.example.org/tiny/queue:3.2"))
    files = {"base/queue/queue.yaml": queue, "flux/automation.yaml": automation}
    root = written(tmp_path / "shop", {**SHOP, **files})
    shown = applied(migrate, root, charts, "growing")
    said = next(line for line in shown.err.splitlines() if "[MIG651]" in line and "flux/automation.yaml" in line)
    assert "flux/automation.yaml:7" in said
    assert "helm-charts/messaging/tiny-queue/values.yaml with its image markers is outside now" in said


def test_flux_need_not_be_told_of_what_it_updates_still(migrate: Migrate, tmp_path: Path, charts: Path) -> None:
    automation = """\
apiVersion: image.toolkit.fluxcd.io/v1beta2
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: shop}
  update: {path: ./base, strategy: Setters}
"""
    queue = QUEUE.replace(IMAGE, marked("image: registry.example.org/tiny/queue:3.2"))
    root = written(tmp_path / "shop", {**SHOP, "base/queue/queue.yaml": queue, "flux/automation.yaml": automation})
    shown = applied(migrate, root, charts, "in-place")
    assert "[MIG651]" not in shown.err
