"""What the AppProject of an Application allows it: sources, destinations and kinds (fact A14).

argo-cd, `pkg/apis/application/v1alpha1/app_project_types.go` (IsSourcePermitted, isDestinationMatched,
IsGroupKindPermitted) and `util/argo/argo.go` (ValidatePermissions).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from migrator.gitops.controllers.cluster import Cluster, Live, spec_of
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.world import Asked
from migrator.model import Json, mapping_of

PROJECT = ("argoproj.io", "AppProject")
Spec = Mapping[str, Json]


def is_refused(cluster: Cluster, app: Address, asked: Iterable[Asked]) -> bool:
    """Whether the project of an Application refuses it, as far as the project is known here."""
    spec = spec_of(cluster.live[app].manifest.body)
    project = _project(cluster, app.cluster, str(spec.get("project") or "default"))
    if project is None:
        return False
    allowed, to = spec_of(project.manifest.body), mapping_of(spec.get("destination"))
    sources = [mapping_of(each) for each in (spec.get("source"), *_listed(spec.get("sources"))) if each]
    if not all(_takes_source(allowed, str(each.get("repoURL") or "")) for each in sources):
        return True
    if not _takes_place(allowed, to, str(to.get("namespace") or "")):
        return True
    return not all(
        _takes_kind(allowed, group, kind, is_local=bool(namespace))
        and (not namespace or _takes_place(allowed, to, namespace))
        for group, kind, namespace in asked
    )


def _project(cluster: Cluster, where: str, name: str) -> Live | None:
    found = (each for key, each in cluster.live.items() if each.manifest.kind == PROJECT and key.cluster == where)
    return next((each for each in found if each.manifest.id.name == name), None)


def _takes_source(allowed: Spec, url: str) -> bool:
    told = [str(each) for each in _listed(allowed.get("sourceRepos"))]
    denied = any(each.startswith("!") and not _matches("!" + _plain(each[1:]), _plain(url), "/") for each in told)
    return not denied and any(_matches(_plain(each), _plain(url), "/") for each in told)


def _takes_place(allowed: Spec, to: Spec, namespace: str) -> bool:
    server, name, found = str(to.get("server") or ""), str(to.get("name") or ""), False
    for each in map(mapping_of, _listed(allowed.get("destinations"))):
        said = [str(each.get(key) or "") for key in ("name", "server", "namespace")]
        named, served = bool(name) and _matches(said[0], name), bool(server) and _matches(said[1], server)
        inside = _matches(said[2], namespace)
        if (named or served) and inside:
            found = True
        elif any(text.startswith("!") and not ok for text, ok in zip(said, (named, served, inside), strict=True)):
            return False
    return found


def _takes_kind(allowed: Spec, group: str, kind: str, *, is_local: bool) -> bool:
    """Kinds in namespaces are all allowed where no list of them is there, others none."""
    which = "namespaceResource" if is_local else "clusterResource"
    lists = {key: _listed(allowed.get(f"{which}{key}")) for key in ("Whitelist", "Blacklist")}
    named = {key: any(_is_kind(mapping_of(each), group, kind) for each in told) for key, told in lists.items()}
    free = is_local and allowed.get(f"{which}Whitelist") is None
    return (free or named["Whitelist"]) and not named["Blacklist"]


def _is_kind(told: Spec, group: str, kind: str) -> bool:
    return _matches(str(told.get("group") or ""), group) and _matches(str(told.get("kind") or ""), kind)


def _matches(pattern: str, text: str, separator: str = "") -> bool:
    if pattern.startswith("!"):
        return not _glob(pattern[1:], separator).fullmatch(text)
    return pattern == "*" or _glob(pattern, separator).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _glob(pattern: str, separator: str) -> re.Pattern[str]:
    one = f"[^{separator}]" if separator else "."
    parts = {"**": ".*", "*": f"{one}*", "?": one}
    return re.compile(
        "".join(parts.get(each, re.escape(each)) for each in re.findall(r"\*\*|.", pattern, re.DOTALL)), re.DOTALL
    )


def _plain(url: str) -> str:
    return url.strip().lower().removesuffix(".git")


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
