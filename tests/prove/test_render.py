"""What the lock renders from a tree, by the real engines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.charts.types import ChartRef
from migrator.compare import Terms
from migrator.diagnostics import MigrateError
from migrator.engines import Cache
from migrator.lock import Lock
from migrator.model import RepoPath, ResId
from migrator.prove import Part, Rendering, closure_of, prove, render_environment, render_lock, rendering_digest
from migrator.prove.render import render_root
from migrator.render_roots import WholeTree
from migrator.rewrite.umbrella.chart_files import chart_lock, lock_digest

Hybrid = Any


def release_part(hybrid: Hybrid, lock: Lock | None = None) -> Part:
    return render_lock(lock or hybrid.lock, hybrid.root, hybrid.context)["prod"].parts[-1]


def problem(hybrid: Hybrid, lock: Lock | None = None) -> tuple[str, str, str]:
    """Code, path and summary of what keeps the release from rendering."""
    part = release_part(hybrid, lock)
    assert part.problem is not None
    assert part.resources == ()
    return part.problem.code, str(part.problem.span), part.problem.summary


def env_of(part: Part) -> dict[str, str]:
    (deployment,) = (each for each in part.resources if each.gvk.kind == "Deployment")
    return {each["name"]: each["value"] for each in deployment.body["spec"]["template"]["spec"]["containers"][0]["env"]}


def test_environment_is_kustomize_and_helm_together(hybrid: Hybrid) -> None:
    context = hybrid.context
    resources = render_environment(
        hybrid.lock, "prod", hybrid.root, tools=context.tools, library=context.library, cache=context.cache
    )
    assert [(each.gvk.kind, each.id.name) for each in resources] == [
        ("ConfigMap", "app"),
        ("CustomResourceDefinition", "things.example.org"),
        ("Deployment", "small"),
        ("Job", "migrate"),
    ]


def test_charts_that_a_root_inflates_are_part_of_the_record(hybrid: Hybrid) -> None:
    release = hybrid.release()
    (hybrid.root / "inflated").mkdir()
    entry = f"{{name: {release.name}, version: {release.version}, repo: '{release.repository}', releaseName: x}}"
    (hybrid.root / "inflated" / "kustomization.yaml").write_text(f"helmCharts:\n- {entry}\n")
    part = render_root(RepoPath("inflated"), WholeTree(hybrid.root), hybrid.context)
    assert part.problem is None
    assert part.inflated == {f"{release.name} {release.version}": release.digest}
    rendering = {"prod": Rendering(environment="prod", parts=(part,))}
    proof = prove(rendering, rendering, terms=Terms())
    assert proof.record.charts == part.inflated


def test_values_files_apply_in_the_order_of_the_lock(hybrid: Hybrid) -> None:
    def replicas(*values: str) -> int:
        part = release_part(hybrid, hybrid.locked(hybrid.release(values=values)))
        return next(each.body["spec"]["replicas"] for each in part.resources if each.gvk.kind == "Deployment")

    assert replicas("values.yaml", "values-prod.yaml") == 3
    assert replicas("values-prod.yaml", "values.yaml") == 2


def test_flags_of_the_lock_reach_helm(hybrid: Hybrid) -> None:
    assert env_of(release_part(hybrid)) == {"MODE": "fast", "API": "false", "KUBE": "v1.30.0"}
    changed = hybrid.locked(
        hybrid.release(
            context=replace(hybrid.release().context, kube_version="1.27", api_versions=("example.org/v1",)),
            include_crds=False,
            hooks="skip",
        )
    )
    part = release_part(hybrid, changed)
    assert env_of(part) == {"MODE": "fast", "API": "true", "KUBE": "v1.27.0"}
    assert [each.gvk.kind for each in part.resources] == ["Deployment"]
    assert part.command == (
        "helm template small infra/tiny --namespace infra --values infra/tiny/values.yaml "
        "--values infra/tiny/values-prod.yaml --no-hooks --kube-version 1.27 --api-versions example.org/v1"
    )


def test_post_render_patches_the_output(hybrid: Hybrid) -> None:
    folder = hybrid.root / "infra/tiny/post-render/prod"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(
        "resources: [rendered.yaml]\npatches:\n- target: {kind: Deployment}\n"
        '  patch: \'[{"op": "replace", "path": "/spec/replicas", "value": 7}]\'\n'
    )
    part = release_part(hybrid, hybrid.locked(hybrid.release(post_render="post-render/prod")))
    assert part.problem is None, part.problem
    deployment = next(each for each in part.resources if each.gvk.kind == "Deployment")
    assert deployment.body["spec"]["replicas"] == 7
    assert {each.gvk.kind for each in part.resources} == {"CustomResourceDefinition", "Deployment", "Job"}
    assert part.command.endswith("| kustomize: infra/tiny/post-render/prod")


def test_inputs_and_chart_are_recorded(hybrid: Hybrid) -> None:
    context = replace(hybrid.context, closure=closure_of(hybrid.root))
    root, release = render_lock(hybrid.lock, hybrid.root, context)["prod"].parts
    assert sorted(root.inputs) == ["apps/config.yaml", "apps/kustomization.yaml"]
    assert sorted(release.inputs) == ["infra/tiny/Chart.yaml", "infra/tiny/values-prod.yaml", "infra/tiny/values.yaml"]
    written = (hybrid.root / "infra/tiny/values.yaml").read_bytes()
    assert release.inputs[RepoPath("infra/tiny/values.yaml")] == f"sha256:{hashlib.sha256(written).hexdigest()}"
    assert release.chart == "tiny 1.2.3"
    assert release.chart_digest == hybrid.release().digest


def test_nothing_is_written_into_the_tree(hybrid: Hybrid) -> None:
    before = sorted(path for path in hybrid.root.rglob("*"))
    render_lock(hybrid.lock, hybrid.root, hybrid.context)
    assert sorted(path for path in hybrid.root.rglob("*")) == before


def test_archive_that_was_not_proved_is_refused(hybrid: Hybrid) -> None:
    code, path, summary = problem(hybrid, hybrid.locked(hybrid.release(digest="sha256:other")))
    assert (code, path) == ("MIG704", "infra/tiny")
    assert "sha256:other" in summary


def test_chart_file_that_disagrees_is_refused(hybrid: Hybrid) -> None:
    chart = hybrid.root / "infra/tiny/Chart.yaml"
    chart.write_text(chart.read_text().replace("version: 1.2.3", "version: 1.2.4"))
    code, path, summary = problem(hybrid)
    assert (code, path) == ("MIG703", "infra/tiny/Chart.yaml")
    assert "tiny 1.2.4" in summary
    chart.write_text(chart.read_text().replace("version: 1.2.4", "version: 1.2.3").replace("https", "http"))
    assert problem(hybrid)[0] == "MIG703"
    chart.unlink()
    assert problem(hybrid)[0] == "MIG703"


def lock_file(hybrid: Hybrid, **changes: str) -> None:
    release = hybrid.release()
    ref = ChartRef(name=release.name, version=release.version, repository=release.repository)
    text = chart_lock(ref)
    for old, new in changes.items():
        text = text.replace(getattr(ref, old) if old != "digest" else lock_digest(ref), new)
    (hybrid.root / "infra/tiny/Chart.lock").write_text(text)


def test_a_chart_lock_from_which_helm_would_fetch_something_else_is_refused(hybrid: Hybrid) -> None:
    lock_file(hybrid)
    assert release_part(hybrid).problem is None
    for change in ({"version": "1.2.2"}, {"repository": "https://elsewhere.example.org"}, {"digest": "sha256:00"}):
        lock_file(hybrid, **change)
        code, path, summary = problem(hybrid)
        assert (code, path) == ("MIG703", "infra/tiny/Chart.lock")
        assert "helm fetches another chart or none" in summary


def test_a_schema_that_helm_holds_against_the_values_is_part_of_the_proof(hybrid: Hybrid) -> None:
    schema = hybrid.root / "infra/tiny/values.schema.json"
    schema.write_text('{"required": ["more"]}')
    assert problem(hybrid)[0] == "MIG406"
    schema.write_text('{"$ref": "http://127.0.0.1:9/schema.json", "required": ["more"]}')
    part = release_part(hybrid)
    assert part.problem is None
    assert part.command.endswith("--skip-schema-validation")


def test_missing_files_are_named(hybrid: Hybrid) -> None:
    assert problem(hybrid, hybrid.locked(hybrid.release(values=("gone.yaml",))))[:2] == (
        "MIG702",
        "infra/tiny/gone.yaml",
    )
    assert problem(hybrid, hybrid.locked(hybrid.release(post_render="gone")))[:2] == ("MIG702", "infra/tiny/gone")
    assert problem(hybrid, hybrid.locked(hybrid.release(path=RepoPath("gone"))))[:2] == ("MIG702", "gone")


@pytest.mark.parametrize("values", ["../../../outside.yaml", "/etc/hostname"])
def test_paths_stay_below_the_chart(hybrid: Hybrid, values: str) -> None:
    assert problem(hybrid, hybrid.locked(hybrid.release(values=(values,))))[0] == "MIG702"


def test_paths_stay_in_the_repository(hybrid: Hybrid, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert problem(hybrid, hybrid.locked(hybrid.release(path=RepoPath("../outside"))))[0] == "MIG702"
    (outside / "secret.yaml").write_text("tiny: {mode: stolen}\n")
    (hybrid.root / "infra/tiny/values-prod.yaml").unlink()
    (hybrid.root / "infra/tiny/values-prod.yaml").symlink_to(outside / "secret.yaml")
    code, path, _ = problem(hybrid)
    assert (code, path) == ("MIG702", "infra/tiny/values-prod.yaml")


def test_link_inside_the_repository_is_read(hybrid: Hybrid) -> None:
    (hybrid.root / "shared.yaml").write_text("tiny: {mode: linked}\n")
    (hybrid.root / "infra/tiny/values-prod.yaml").unlink()
    (hybrid.root / "infra/tiny/values-prod.yaml").symlink_to("../../shared.yaml")
    assert env_of(release_part(hybrid))["MODE"] == "linked"


def test_vendored_archive_is_checked_and_used(hybrid: Hybrid) -> None:
    charts = hybrid.root / "infra/tiny/charts"
    charts.mkdir()
    packed = hybrid.mirror / "tiny-1.2.3.tgz"
    packed.rename(charts / packed.name)
    assert release_part(hybrid).problem is None
    (charts / packed.name).write_bytes(b"something else")
    assert release_part(hybrid).problem is not None


def test_unknown_chart_is_a_problem_of_its_release_alone(hybrid: Hybrid) -> None:
    (hybrid.mirror / "tiny-1.2.3.tgz").unlink()
    rendering = render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"]
    assert [part.problem is None for part in rendering.parts] == [True, False]
    assert rendering.problems[0].code in {"MIG420", "MIG421"}
    assert "release small" in rendering.problems[0].summary
    context = hybrid.context
    with pytest.raises(MigrateError):
        render_environment(
            hybrid.lock, "prod", hybrid.root, tools=context.tools, library=context.library, cache=context.cache
        )


def test_root_that_does_not_build_is_a_problem(hybrid: Hybrid) -> None:
    (hybrid.root / "apps/config.yaml").unlink()
    rendering = render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"]
    assert [part.problem is None for part in rendering.parts] == [False, True]
    assert str(hybrid.root) not in rendering.problems[0].summary


def test_values_that_the_chart_refuses_are_a_problem_without_places_of_this_machine(
    make_hybrid: Callable[..., Hybrid],
) -> None:
    hybrid = make_hybrid({"templates/fail.yaml": '{{ fail "no such mode" }}'})
    _, path, summary = problem(hybrid)
    assert path == "infra/tiny"
    assert "no such mode" in summary
    assert "/tmp" not in summary  # noqa: S108 - what must not be shown


def test_missing_helm_is_a_problem(hybrid: Hybrid) -> None:
    context = replace(hybrid.context, tools=replace(hybrid.context.tools, helm=None))
    part = render_lock(hybrid.lock, hybrid.root, context)["prod"].parts[-1]
    assert part.problem is not None
    assert part.problem.code == "MIG705"


def test_generated_places_are_found(secretive: Hybrid) -> None:
    hybrid = secretive
    part = release_part(hybrid)
    secret = ResId(group="", kind="Secret", namespace="", name="generated")
    assert part.generated == ((secret, ("stringData", "password")),)
    # what is generated is not part of what identifies the rendering
    digests = {rendering_digest(render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"]) for _ in range(2)}
    assert len(digests) == 1
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {password: pinned}\n")
    assert release_part(hybrid).generated == ()


def test_clock_is_found_however_fast_the_renders_are(make_hybrid: Callable[..., Hybrid]) -> None:
    template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {at: "{{ now | date "150405" }}"}\n'
    for _ in range(2):
        part = release_part(make_hybrid({"templates/clock.yaml": template}))
        assert [path for _, path in part.generated] == [("data", "at")]


def test_second_rendering_comes_from_the_cache(hybrid: Hybrid, tmp_path: Path) -> None:
    context = replace(hybrid.context, cache=Cache(tmp_path / "cache"), closure=closure_of(hybrid.root))
    first = render_lock(hybrid.lock, hybrid.root, context)
    refusing = tmp_path / "refusing"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    tools = context.tools
    broken = replace(
        context,
        tools=replace(
            tools, helm=replace(tools.helm, path=refusing), kustomize=replace(tools.kustomize, path=refusing)
        ),
    )
    again = render_lock(hybrid.lock, hybrid.root, broken)
    assert [each.body for each in again["prod"].resources] == [each.body for each in first["prod"].resources]
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {replicas: 4}\n")
    assert len(render_lock(hybrid.lock, hybrid.root, broken)["prod"].problems) == 1
    (hybrid.root / "apps/config.yaml").write_text("kind: ConfigMap\napiVersion: v1\nmetadata: {name: b}\n")
    broken = replace(broken, closure=closure_of(hybrid.root))
    assert len(render_lock(hybrid.lock, hybrid.root, broken)["prod"].problems) == 2
