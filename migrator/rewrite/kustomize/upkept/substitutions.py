"""What Flux and plugins of Argo CD fill in after the build, and nothing fills in where it stands in values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrator.graph.texts import texts_of
from migrator.model import Json, SourceSpan
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import mappings
from migrator.rewrite.kustomize.upkept.deployers import FLUX, Deployer, deployers, mapping
from migrator.rewrite.kustomize.upkept.texts import field_of
from migrator.yamlio import dump

_OFF = "kustomize.toolkit.fluxcd.io/substitute"
_BY_FLUX = re.compile(r"\$?\$\{[A-Za-z_]\w*")
"""A variable, or an escaped one, which Flux writes without the escape (fact S5)."""
_BY_PLUGIN = re.compile(r"\$\{[A-Za-z_]\w*|\$ARGOCD_(?:APP|ENV)_\w+|<path:[^>]+>")
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filler:
    """A deployer that fills something in."""

    deployer: Deployer
    what: str
    settings: str
    """From what it fills in, as a text to compare."""

    @property
    def span(self) -> SourceSpan:
        return self.deployer.span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """A field of what leaves, and who fills it in."""

    placed: Placed
    field: str
    mark: str
    """The variable as it is written."""
    fillers: tuple[_Filler, ...]


def blockers_of_substitutions(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Objects that would leave and hold variables which are filled in where they are deployed now."""
    leaving = [each for each in objects if each.is_adopted]
    fillers = view.once("fillers", lambda: tuple(_fillers(deployers(view)))) if leaving else ()
    found: dict[tuple[str, str], list[_Filled]] = defaultdict(list)
    for each in leaving:
        met = tuple(one for one in fillers if one.deployer.meets(each, view))
        for tool in sorted({one.deployer.tool for one in met}):
            mine = tuple(one for one in met if one.deployer.tool == tool)
            for field, mark in _marks(each, tool):
                filled = _Filled(placed=each, field=field, mark=mark, fillers=mine)
                found[str(each.component), tool].append(filled)
    for (component, tool), held in sorted(found.items(), key=lambda entry: entry[0]):
        yield _blocker(component, tool, held)


def _marks(placed: Placed, tool: str) -> Iterator[tuple[str, str]]:
    """Each field that is filled in, and how the variable is written."""
    body = placed.resource.body
    if tool == FLUX and _is_off(body.get("metadata")):
        return
    for path, text in texts_of(body):
        for found in (_BY_FLUX if tool == FLUX else _BY_PLUGIN).finditer(text):
            yield field_of(path), f"{found[0]}}}" if "{" in found[0] else found[0]


def _is_off(metadata: Json) -> bool:
    return any(mapping(mapping(metadata).get(key)).get(_OFF) == "disabled" for key in ("labels", "annotations"))


def _blocker(component: str, tool: str, found: Sequence[_Filled]) -> Blocker:
    first, fillers = found[0], found[0].fillers
    marks = list(dict.fromkeys(each.mark for each in found))
    others = ", ".join(marks[1:_SHOWN]) + (f" and {len(marks) - _SHOWN} more" if len(marks) > _SHOWN else "")
    reason = f"{tool} fills in {first.mark} in {first.field} of {first.placed}"
    reason += f", and {others} beside" if len(marks) > 1 else ""
    reason += f", by {fillers[0].what} ({fillers[0].span}); in the values of a release nothing would"
    if len({each.settings for each in fillers}) > 1:
        places = ", ".join(str(each.span) for each in fillers[:_SHOWN])
        reason += f"; {len(fillers)} objects deploy it with other values each, so they are environments: {places}"
    carrier = (
        "set these values in `spec.values` of a HelmRelease that Flux substitutes too"
        if tool == FLUX
        else "set these values in the Application of the release"
    )
    remedy = f"{carrier}, or write what is filled in into the manifests, and plan again; else it is best kept as it is"
    return Blocker(component=component, reason=reason, span=fillers[0].span, remedy=remedy)


def _fillers(found: Sequence[Deployer]) -> Iterator[_Filler]:
    # a patch may give substitutions to all Kustomizations that a Kustomization deploys
    passed_on = [each.folder for each in found if each.tool == FLUX and _passes_on(each)]
    for each in found:
        if each.tool == FLUX:
            held = mapping(each.spec.get("postBuild"))
            own = bool(held.get("substitute") or held.get("substituteFrom"))
            given = [folder for folder in passed_on if folder == "." or each.span.path.startswith(f"{folder}/")]
            if own or given:
                settings = dump(held if own else given)
                yield _Filler(deployer=each, what=f"postBuild of {each.name}", settings=settings)
        elif "plugin" in each.spec:
            yield _Filler(deployer=each, what=f"the plugin of {each.name}", settings=dump(each.spec["plugin"]))


def _passes_on(deployer: Deployer) -> bool:
    return any("postBuild" in str(each.get("patch") or "") for each in mappings(deployer.spec.get("patches")))
