"""A decided component -> the files of its umbrella chart, and the releases that the lock names."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.charts.types import ChartRef
from migrator.compare.scopes import is_cluster_wide
from migrator.inference.values.files import values_files
from migrator.lock import LockedRelease
from migrator.model import Json, KeyPath, RepoPath, ResId, without_credentials
from migrator.plan.json_patch import DELETE, is_name
from migrator.plan.types import ComponentPlan, PostRenderPatch
from migrator.rewrite.layout import Layout
from migrator.yamlio import Dialect, dump, read_value, same

CHART_OUTPUT = "chart-output.yaml"
"""The one resource of a post-render kustomization that is not a file: what the chart renders."""

_COMMON = "common"
"""Stands for an environment in the folder of patches that several share."""
_UMBRELLA_VERSION = "0.1.0"
_ABOUT = " as this repository deploys it"
_NO_TIME = "0001-01-01T00:00:00Z"
_REGEX_SIGN = re.compile(r"[\\.+*?()|\[\]{}^$]")
_ESCAPED_SIGN = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Umbrella:
    """The chart of one component in the repository."""

    folder: RepoPath
    files: Mapping[RepoPath, bytes]
    releases: Mapping[str, LockedRelease]
    """environment -> what is installed there."""


def umbrella(component: ComponentPlan, layout: Layout, folder: RepoPath) -> Umbrella:
    """The umbrella chart of an adopted component, with `folder` as its place; ValueError if it has no chart."""
    if component.chart is None:
        raise ValueError(f"{component.id} has no chart")
    chart = replace(component.chart, repository=without_credentials(component.chart.repository))
    files = {"Chart.yaml": _chart_yaml(component, chart)}
    if chart.repository:
        files["Chart.lock"] = chart_lock(chart)
    releases = {}
    folders = _post_render_folders(component, layout)
    for environment in component.environments:
        texts = values_files(
            component.values,
            environment,
            (chart.name, chart.version),
            below=chart.name,
            common_file=layout.values_file(None),
        )
        names = [layout.values_file(None), layout.values_file(environment)][: len(texts)]
        files |= dict(zip(names, texts, strict=True))
        post_render = folders.get(environment)
        if post_render is not None:
            sharing = [name for name, folder in folders.items() if folder == post_render]
            files[f"{post_render}/kustomization.yaml"] = _post_render_yaml(component, environment, sharing)
        releases[environment] = LockedRelease(
            component=component.id,
            context=component.context.within(environment),
            path=folder,
            name=chart.name,
            version=chart.version,
            repository=chart.repository,
            digest=component.chart_digest,
            values=tuple(names),
            include_crds=component.options.include_crds,
            hooks=component.options.hooks,
            post_render=post_render,
        )
    placed = {RepoPath(f"{folder}/{name}"): text.encode() for name, text in files.items()}
    return Umbrella(folder=folder, files=dict(sorted(placed.items())), releases=releases)


def _chart_yaml(component: ComponentPlan, chart: ChartRef) -> str:
    dependency = {"name": chart.name, "version": chart.version}
    if chart.repository:
        dependency["repository"] = chart.repository
    value = {
        "apiVersion": "v2",
        "name": component.id,
        "description": f"{chart.name}{_ABOUT}",
        "type": "application",
        "version": _UMBRELLA_VERSION,
        "dependencies": [dependency],
    }
    about = (
        f"Release {component.context.release} in namespace {component.context.places}.\n"
        "To upgrade, change the dependency's version."
    )
    return dump(value, comments={("apiVersion",): about})


def is_umbrella(chart: Json) -> bool:
    """Whether the content of a Chart.yaml says that a migration made it."""
    return isinstance(chart, Mapping) and str(chart.get("description") or "").endswith(_ABOUT)


def chart_lock(chart: ChartRef) -> str:
    """What `helm dependency update` would write, with the zero of time: the same plan gives the same bytes."""
    locked = {"name": chart.name, "repository": chart.repository, "version": chart.version}
    return dump({"dependencies": [locked], "digest": lock_digest(chart), "generated": _NO_TIME})


def lock_digest(chart: ChartRef) -> str:
    """The digest by which Helm tells that a Chart.lock is of a Chart.yaml with this one dependency."""
    entry = {"name": chart.name, "version": chart.version, "repository": chart.repository}
    return dependencies_digest([entry], [entry])


def dependencies_digest(wanted: Sequence[Mapping[str, Json]], locked: Sequence[Mapping[str, Json]]) -> str:
    """The same of any dependencies, as Chart.yaml and Chart.lock list them: of both lists, as Go writes JSON."""
    lists = [[_as_helm_holds(each) for each in side] for side in (wanted, locked)]
    text = json.dumps(lists, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _as_helm_holds(entry: Mapping[str, Json]) -> dict[str, Json]:
    """An entry of `dependencies` with the fields that Helm knows, in its order; empty ones but two are not there."""
    fields: dict[str, Json] = {"name": str(entry.get("name") or "")}
    for key in ("version", "repository", "condition", "tags", "enabled", "import-values", "alias"):
        value = entry.get(key) or ("" if key == "repository" else None)
        if value is not None:
            fields[key] = json.loads(json.dumps(value, sort_keys=True)) if key == "import-values" else value
    return fields


def _post_render_folders(component: ComponentPlan, layout: Layout) -> Mapping[str, str]:
    """Environment -> the folder of its patches: one for all of them where these are the same in each."""
    patched = [name for name in component.environments if component.patches.get(name) or component.transforms.get(name)]
    texts = {_post_render_yaml(component, name, patched) for name in patched}
    if len(patched) > 1 and len(texts) == 1 and _COMMON not in component.environments:
        return dict.fromkeys(patched, layout.post_render_folder(_COMMON))
    return {name: layout.post_render_folder(name) for name in patched}


def _post_render_yaml(component: ComponentPlan, environment: str, sharing: Sequence[str]) -> str:
    fields = component.transforms.get(environment, {})
    return post_render_yaml(component.id, sharing, component.patches.get(environment, ()), fields)


def post_render_yaml(
    component: str, environments: Sequence[str], patches: Sequence[PostRenderPatch], fields: Mapping[str, Json]
) -> str:
    """The kustomization behind the chart of a component: the patches, and the further fields that it has."""
    value: dict[str, Json] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [CHART_OUTPUT],
        **fields,
    }
    if patches:
        value["patches"] = [{"target": _target(patch), "patch": _patch_text(patch)} for patch in patches]
    about = (
        f"What no value of the chart expresses: this keeps {component} in {', '.join(environments)} as it was.\n"
        f"{CHART_OUTPUT} stands for the chart's rendered output and is not a file of the repository."
    )
    why: dict[KeyPath, str] = {("patches", index): text for index, patch in enumerate(patches) if (text := _why(patch))}
    return dump(value, comments={("apiVersion",): about, **why})


def _why(patch: PostRenderPatch) -> str:
    """What a patch is for, where its operations do not tell."""
    if patch.operations == (DELETE,):
        return "not wanted from the chart: it was not there before, or comes from elsewhere"
    return "keeps the name that it has; further patches call it by that" if is_name(patch.operations) else ""


def _target(patch: PostRenderPatch) -> dict[str, Json]:
    """Kustomize's selector for exactly this object; its name is a regular expression there."""
    target = patch.target
    name = _REGEX_SIGN.sub(lambda found: "\\" + found[0], target.name)
    fields = {
        "group": target.group,
        "version": patch.version,
        "kind": target.kind,
        # kustomize matches no namespace for such a kind, though the object may have one written
        "namespace": "" if is_cluster_wide(target.group, target.kind) else target.namespace,
        "name": name,
    }
    return {key: text for key, text in fields.items() if text}


def naming_patches(entries: Json) -> tuple[PostRenderPatch, ...]:
    """Of the patches of a post-render kustomization, those that give one object a name and do nothing else."""
    found = (_naming_patch(entry) for entry in entries) if isinstance(entries, list) else ()
    return tuple(each for each in found if each is not None)


def _naming_patch(entry: Json) -> PostRenderPatch | None:
    target, text = (entry.get("target"), entry.get("patch")) if isinstance(entry, Mapping) else (None, None)
    steps = read_value(text, dialect=Dialect.SIGS) if isinstance(text, str) else None
    if not isinstance(target, Mapping) or not isinstance(steps, list) or not is_name(steps):
        return None
    group, version, kind, namespace, name = (
        str(target.get(key) or "") for key in ("group", "version", "kind", "namespace", "name")
    )
    res_id = ResId(group=group, kind=kind, namespace=namespace, name=_ESCAPED_SIGN.sub(r"\1", name))
    patch = PostRenderPatch(target=res_id, version=version, operations=tuple(steps))
    return patch if _target(patch) == target else None


def _patch_text(patch: PostRenderPatch) -> str:
    if patch.operations == (DELETE,):
        group = f"{patch.target.group}/" if patch.target.group else ""
        named = {"name": patch.target.name}
        return dump({**DELETE, "apiVersion": group + patch.version, "kind": patch.target.kind, "metadata": named})
    steps: list[Json] = [dict(operation) for operation in patch.operations]
    # kustomize trims a patch's text, and with it the newlines that end a literal block on its last line
    if not same(read_value(dump(steps).strip(), dialect=Dialect.SIGS), steps):
        steps.append({"op": "test", "path": "/kind", "value": patch.target.kind})
    return dump(steps)
