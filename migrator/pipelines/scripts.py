"""The scripts that check and deploy what a repository holds: fixed functions, and a table of what is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.model import RepoPath
from migrator.pipelines.deployed import Deployed, DeployedBy, Overlay, Part, Release
from migrator.pipelines.shell import word
from migrator.pipelines.templates import filled

VALIDATE = RepoPath("scripts/validate-manifests.sh")
INFRASTRUCTURE = RepoPath("scripts/deploy-infrastructure.sh")
APPLICATIONS = RepoPath("scripts/deploy-applications.sh")
_TOOLS = {"argocd": "Argo CD", "flux": "Flux"}
_FLUX_KINDS = {"HelmRelease": "helmrelease", "Kustomization": "kustomization"}
_KUBE = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


def validate(
    all_of_it: Deployed,
    policies: Sequence[RepoPath],
    lacking: Mapping[RepoPath, str],
    *,
    inflates: bool,
    is_strict_scan: bool,
) -> str:
    """The script that renders and checks everything.

    `policies` are folders of conftest's rules; `lacking` are overlays that do not build, each with the reason.
    """
    builds = [each for each in all_of_it.overlays if each.path not in lacking]
    parts = [*(["release"] if all_of_it.releases else []), *(["overlay"] if builds else [])]
    names = [
        "wanted",
        "kustomize_build",
        *(["built_chart"] if all_of_it.releases else []),
        *parts,
    ]
    words = {
        "kubernetes": word(all_of_it.kube_version),
        "schemas": word(schema_version(all_of_it.kube_version)),
        "functions": _functions(names, {"enable_helm": _enable_helm(inflates=inflates)}),
        "tables": _checks(all_of_it, policies, lacking, is_strict_scan=is_strict_scan),
    }
    return filled("scripts/validate-manifests.sh", words)


def schema_version(text: str) -> str:
    """The version with all of its three numbers, as kubeconform wants it; `master` where there is none."""
    found = _KUBE.match(text)
    return f"{found[1]}.{found[2]}.{found[3] or 0}" if found else "master"


def _checks(
    all_of_it: Deployed, policies: Sequence[RepoPath], lacking: Mapping[RepoPath, str], *, is_strict_scan: bool
) -> str:
    lines: list[str] = []
    schemas = 'check kubeconform -kubernetes-version "$schemas" -ignore-missing-schemas -summary'
    if all_of_it.releases:
        lines += ["if [[ $part != applications ]]; then"]
        lines += [f"  {_row('release', _release(each))}" for each in all_of_it.releases]
        lines += ["  if [[ -d $output/infrastructure ]]; then", f'    {schemas} "$output/infrastructure"']
        if not is_strict_scan:
            lines.append("    # without --soft-fail what is found fails the check: take it out once nothing is")
        soft = "" if is_strict_scan else "--soft-fail "
        scan = f'check checkov --framework kubernetes --quiet --compact {soft}--directory "$output/infrastructure"'
        lines += [f"    {scan}", "  fi", "fi"]
    if all_of_it.overlays:
        lines += ["if [[ $part != infrastructure ]]; then"]
        lines += [f"  {_overlay(each, lacking.get(each.path))}" for each in all_of_it.overlays]
        lines += ["  if [[ -d $output/applications ]]; then", f'    {schemas} -strict "$output/applications"']
        if policies:
            given = " ".join(f"--policy={word(f'./{each}')}" for each in policies)
            lines.append(f'    check conftest test --all-namespaces {given} "$output/applications"')
        lines += ["  fi", "fi"]
    return "\n".join(lines)


def _overlay(each: Overlay, why_not: str | None) -> str:
    if why_not is None:
        return _row("overlay", (each.environment, each.file, each.path))
    return f"seen=$((seen + 1)) # {word(each.path)} is left out: {word(why_not)}"


def _release(each: Release) -> Iterator[str]:
    locked = each.locked
    yield from (each.environment, each.file, locked.context.release, locked.context.namespace or "default")
    yield from (locked.path, locked.repository, locked.post_render or "", *locked.values, "--")
    yield from (["--include-crds"] if locked.include_crds else ["--skip-crds"])
    yield from ([] if locked.hooks == "run" else ["--no-hooks"])
    yield from (f"--api-versions={api}" for api in locked.context.api_versions)


def deploy_infrastructure(all_of_it: Deployed, name: str) -> str:
    """The script that deploys the releases of an environment; `name` is that of its file."""
    return _deploy("the releases", name, all_of_it, [_deployed_release(each, all_of_it) for each in all_of_it.releases])


def deploy_applications(all_of_it: Deployed, name: str, *, inflates: bool) -> str:
    """The script that deploys the overlays of an environment."""
    rows = [_deployed_part(each, all_of_it) for each in all_of_it.parts]
    return _deploy("the overlays", name, all_of_it, rows, inflates=inflates)


_Row = tuple[str, tuple[str, ...]]
_NEEDS: Mapping[str, Sequence[str]] = {
    "argocd_sync": ("run", "argocd"),
    "flux_reconcile": ("run", "flux"),
    "unknown": ("unknown",),
    "chart": ("run", "built_chart", "chart"),
    "manifests": ("kustomize_build", "run", "manifests"),
}


def _deploy(what: str, name: str, all_of_it: Deployed, rows: Sequence[_Row], *, inflates: bool = False) -> str:
    used = list(dict.fromkeys(function for function, _ in rows))
    is_patched = any(function == "chart" and given[5] for function, given in rows)
    needed = ["wanted", *(["kustomize_build"] if is_patched else []), *(one for each in used for one in _NEEDS[each])]
    words = {
        "name": name,
        "tool": _TOOLS.get(all_of_it.tool, all_of_it.tool),
        "enable_helm": _enable_helm(inflates=inflates),
    }
    return filled(
        "scripts/deploy.sh",
        {
            "what": what,
            "name": name,
            "functions": _functions(needed, words),
            "early": f"{filled('scripts/post_render.sh', {})}\n" if is_patched else "",
            "tables": "\n".join(_row(function, given) for function, given in rows),
        },
    )


def _deployed_release(each: Release, all_of_it: Deployed) -> _Row:
    locked = each.locked
    if each.by is not None or all_of_it.tool:
        what = ("release", locked.context.release, "in", locked.context.namespace)
        return _by_tool(each.environment, each.by, *what)
    options = [] if locked.include_crds else ["--skip-crds"]
    options += [] if locked.hooks == "run" else ["--no-hooks"]
    place = (locked.path, locked.repository, locked.post_render or "")
    named = (each.environment, locked.context.release, locked.context.namespace or "default")
    return "chart", (*named, *place, *locked.values, "--", *options)


def _deployed_part(each: Part, all_of_it: Deployed) -> _Row:
    if each.by is not None or all_of_it.tool:
        return _by_tool(each.environment, each.by, each.path)
    return "manifests", (each.environment, each.path)


def _by_tool(environment: str, by: DeployedBy | None, *what: str) -> _Row:
    if by is None:
        return "unknown", (environment, *what)
    if by.tool == "flux":
        kind = _FLUX_KINDS.get(by.kind, "kustomization")
        return "flux_reconcile", (environment, kind, by.name, by.namespace, *what)
    return "argocd_sync", (environment, by.name, by.namespace, *what)


def _row(function: str, words: Iterable[str]) -> str:
    return " ".join((function, *(word(each) for each in words)))


def _functions(names: Sequence[str], words: Mapping[str, str]) -> str:
    return "\n".join(filled(f"scripts/{name}.sh", words) for name in dict.fromkeys(names))


def _enable_helm(*, inflates: bool) -> str:
    return "--enable-helm " if inflates else ""
