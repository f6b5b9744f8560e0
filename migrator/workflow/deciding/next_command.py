"""The one command that goes on, from a proposal or from what is pinned."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.model import Difference, Impact
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.workflow.settings import Options, Settings

_DEFAULT = Options()
_NO_CHART = {"MIG420", "MIG421"}
REASON = "..."
"""In the place of what only a person can say."""


def with_next_commands(plan: Plan, settings: Settings) -> Plan:
    """The plan with the command that goes on, and each proposal with the one for it."""
    components = tuple(_with_next(each, settings) for each in plan.components)
    return replace(plan, components=components, next=_first(plan, components, settings))


def _first(plan: Plan, components: Sequence[ComponentPlan], settings: Settings) -> str:
    """To write what is proved, else to have the charts, else to decide: first what can be accepted."""
    if plan.changes:
        return command(settings, "apply")
    if any(each.code in _NO_CHART for each in plan.diagnostics):
        return command(replace(settings, budget=_DEFAULT.budget), "charts")
    decided = sorted((each for each in components if each.next), key=lambda each: not each.blocked_by)
    return decided[0].next if decided else ""


def _with_next(component: ComponentPlan, settings: Settings) -> ComponentPlan:
    if component.decision is Decision.PROPOSE and component.blocked_by and all(map(is_refused, component.blocked_by)):
        reason = f"{component.reason}; what stands against it is refused in migrate.yaml"
        return replace(component, reason=reason, next="")
    return replace(component, next=_next(component, settings))


def _next(component: ComponentPlan, settings: Settings) -> str:
    if component.decision is not Decision.PROPOSE:
        return ""
    if not component.blocked_by:
        return command(settings, "plan", "--only", component.id, "--verbose")
    if needs_names(component.blocked_by):
        return command(settings, "review", component.id)
    worst = max(each.impact for each in component.blocked_by)
    return command(settings, "accept", component.id, "--up-to", str(worst), "--reason", REASON)


def needs_names(differences: Sequence[Difference]) -> bool:
    """Whether some of the differences are for nobody to accept in passing: lost data, wider privileges, refusals."""
    return any(each.privilege or each.impact is Impact.DATA_LOSS or is_refused(each) for each in differences)


def command(settings: Settings, name: str, *words: str) -> str:
    """A command of ours for the repository, with the options that this run was told and that decide what it finds."""
    further = _writing(settings) if name == "apply" and not words else ()
    return shlex.join(["migrate", name, str(settings.root), *words, *further, *_options(settings)])


def _writing(settings: Settings) -> Iterator[str]:
    """What decides beside the rest what `apply` writes."""
    for component in settings.only:
        yield from ("--only", component)
    for option, value in (("--layout", settings.layout), ("--gitops", settings.gitops), ("--ci", settings.ci)):
        if value is not None:
            yield from (option, value)


def next_window(settings: Settings, component: str, left: Mapping[str, Sequence[Difference]]) -> str:
    """The command for the next window: what is left up to the least impact, or by name what must be named."""
    open_ones = [each for found in left.values() for each in found if not is_refused(each)]
    if not open_ones:
        plain = replace(settings, budget=Options().budget)
        return command(plain, "verify")
    easy = [each.impact for each in open_ones if not needs_names([each])]
    if easy:
        return command(settings, "accept", component, "--up-to", str(min(easy)), "--reason", REASON)
    first = min(open_ones, key=lambda each: (each.impact, each.id))
    return command(settings, "accept", component, "--only", first.id, "--reason", REASON)


def _options(options: Options) -> Iterator[str]:
    if options.offline is not None:
        yield "--offline" if options.offline else "--online"
    for mirror in options.chart_mirrors:
        yield from ("--chart-mirror", str(mirror))
    for remote in options.remotes:
        yield from ("--remote", remote)
    if options.max_impact is not None:
        yield from ("--max-impact", options.max_impact)
    if options.kube_version is not None:
        yield from ("--kube-version", options.kube_version)
    for version in options.api_versions:
        yield from ("--api-versions", version)
    if options.cache is not None:
        yield from ("--cache-dir", str(options.cache))
    if options.budget != _DEFAULT.budget:
        yield from ("--budget", f"{options.budget:g}")


def is_refused(difference: Difference) -> bool:
    """Whether an entry of `refuse` is about it."""
    return difference.why.startswith("refused")
