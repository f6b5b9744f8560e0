"""Reports for people at a terminal, coloured where the terminal can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from migrator.diagnostics import Severity
from migrator.model import Impact
from migrator.plan.groups import plural
from migrator.report.groups import group_lines, in_words, pinned_lines
from migrator.report.visible import visible

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.classify import Evidence
    from migrator.diagnostics import Diagnostic
    from migrator.inference.types import Residual, SplitValues
    from migrator.model import Difference
    from migrator.plan.types import Change, ComponentPlan, PinnedComponent, Plan
    from migrator.signatures import Upstream

SHORT = 12
"""Lines of a block that are shown unless everything is asked for."""
_DECISION_STYLES = {"adopt": "bold green", "adopt-with-patches": "bold cyan", "propose": "bold yellow", "keep": "dim"}
"""In the order in which they are counted."""
_NOT_FOUND = "not-found-within-budget"
_ACTION_SIGNS = {"create": "+", "edit": "~", "delete": "-", "move": ">"}
_SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def console(stream: IO[str]) -> Console:
    """A console over a stream; NO_COLOR and streams that are not a terminal get plain text, lines are never folded.

    It prints lines in which all that a repository can bring is visible.
    """
    from rich.console import Console

    class Lines(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **options)

    return Lines(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def show_plan(plan: Plan, stream: IO[str], *, verbose: bool = False) -> None:
    """Environments, components with their reasons and values, and the list of file changes."""
    out = console(stream)
    _environments(out, plan, verbose=verbose)
    for component in plan.components:
        if component.decision.value != "keep":
            _component(out, component, verbose=verbose)
    show_pinned(out, plan.pinned)
    _kept(out, [component for component in plan.components if component.decision.value == "keep"], verbose=verbose)
    _changes(out, plan.changes, verbose=verbose)
    _summary(out, plan)


def show_diagnostics(
    diagnostics: Iterable[Diagnostic], stream: IO[str], *, verbose: bool = False, notes: bool = False
) -> None:
    """Each diagnostic on a line of its own, its remedy below; notes only when they or everything are asked for."""
    out = console(stream)
    for diagnostic in diagnostics:
        if diagnostic.severity is Severity.INFO and not (verbose or notes):
            continue
        where = f"{diagnostic.span}: " if diagnostic.span else ""
        out.print(f"{where}", end="")
        out.print(f"{diagnostic.severity.value}", style=_SEVERITY_STYLES[diagnostic.severity], end="")
        out.print(f": {diagnostic.summary} [{diagnostic.code}]")
        if diagnostic.remedy:
            out.print(f"  {diagnostic.remedy}", style="dim")
        if verbose:
            for line in diagnostic.evidence:
                out.print(f"  - {line}", style="dim")


def show_findings(findings: Sequence[Diagnostic], stream: IO[str], *, verbose: bool = False) -> None:
    """Each finding and note, and how many there are."""
    show_diagnostics(findings, stream, verbose=verbose, notes=True)
    notes = sum(each.severity is Severity.INFO for each in findings)
    count = len(findings) - notes
    text = f"{count or 'No'} finding{'' if count == 1 else 's'}"
    text += f", {notes} note{'' if notes == 1 else 's'}" if notes else ""
    console(stream).print(f"{text}.", style="bold yellow" if count else "bold green")


def _environments(out: Console, plan: Plan, *, verbose: bool) -> None:
    out.print("Environments", style="bold")
    width = max((len(name) for name in plan.environments), default=0)
    for name, environment in sorted(plan.environments.items()):
        out.print(f"  {name:<{width}}  {_several(environment.roots, ', ', verbose=verbose)}  ", end="")
        out.print(environment.status, style="green" if environment.status == "built" else "bold red")
        if environment.reason:
            reasons = _several(environment.reason.split("; "), "; ", verbose=verbose)
            out.print(f"  {'':<{width}}  {reasons}", style="dim")
        if environment.deployed_by:
            names = _several(environment.deployed_by, ", ", verbose=verbose)
            out.print(f"  {'':<{width}}  deployed by {names}", style="dim")
    out.print()


def _several(words: Sequence[str], separator: str, *, verbose: bool) -> str:
    """All words, or the first of many."""
    if verbose or len(words) <= SHORT // 2:
        return separator.join(words)
    return f"{separator.join(words[: SHORT // 3])}{separator}... {len(words) - SHORT // 3} more"


def _component(out: Console, component: ComponentPlan, *, verbose: bool) -> None:
    out.print(component.id, style="bold", end="  ")
    out.print(component.decision.value, style=_DECISION_STYLES[component.decision.value], end="")
    out.print(f"  {component.category}  impact {component.impact}  confidence {component.confidence:.2f}")
    if component.chart:
        source = f" from {component.chart.repository}" if component.chart.repository else ""
        out.print(f"  chart     {component.chart.name} {component.chart.version}{source}")
    if component.successor:
        out.print(f"            deprecated; its successor is {component.successor}", style="yellow")
    for rival in component.rivals:
        out.print(f"            or {rival.title}, confidence {rival.score:.2f}", style="dim")
    if component.context.release:
        out.print(f"  release   {component.context}")
    counts = ", ".join(f"{name} {len(component.members[name])}" for name in sorted(component.members))
    out.print(f"  objects   {counts}")
    for reason in component.options.reasons:
        out.print(f"  option    {reason}")
    out.print(f"  because   {component.reason}")
    _evidence(out, component.evidence, verbose=verbose)
    show_upstream(out, component.upstream)
    _values(out, component.values, verbose=verbose)
    _companions(out, component, verbose=verbose)
    _residual(out, _open(component), verbose=verbose)
    for environment, fields in sorted(component.transforms.items()):
        _listing(out, f"post-render fields, {environment}", sorted(fields), verbose=verbose)
    for environment in sorted(component.patches):
        targets = [str(patch.target) for patch in component.patches[environment]]
        _listing(out, f"post-render patches, {environment}", targets, verbose=verbose)
    _differences(out, component, verbose=verbose)
    if component.next:
        out.print(f"  next      {component.next}", style="bold")
    out.print()


def show_pinned(out: Console, pinned: Sequence[PinnedComponent]) -> None:
    """What the patches of adopted components keep from changing."""
    if pinned:
        out.print("Adopted, pinned by patches", style="bold")
        for line in pinned_lines(pinned):
            out.print(f"  {line}")
        out.print()


def _kept(out: Console, components: Sequence[ComponentPlan], *, verbose: bool) -> None:
    recognised = [component for component in components if component.evidence]
    applications = [component for component in components if not component.evidence]
    for title, found in (("Recognised, stays in Kustomize", recognised), ("Stays in Kustomize", applications)):
        if not found:
            continue
        out.print(title, style="bold")
        width = max(len(component.id) for component in found)
        for component in found:
            successor = (
                f"; its chart is deprecated, the successor is {component.successor}" if component.successor else ""
            )
            out.print(f"  {component.id:<{width}}  {component.reason}{successor}", style="dim")
            hints = component.upstream.manifest.differs if component.upstream is not None else ()
            for line in hints if verbose else ():
                out.print(f"  {'':<{width}}  - {line}", style="dim")
        out.print()


def _evidence(out: Console, evidence: Sequence[Evidence], *, verbose: bool) -> None:
    """Facts of one kind are told once, with how often they were seen."""
    if not evidence:
        return
    seen = Counter((item.kind, item.detail, item.weight >= 0) for item in evidence)
    lines = [
        f"{kind}: {detail}" + (f" ({count} times)" if count > 1 else "") + ("" if is_for else "  (against)")
        for (kind, detail, is_for), count in seen.items()
    ]
    out.print("  evidence")
    shown = lines if verbose else lines[:4]
    for line in shown:
        out.print(f"    - {line}")
    _more(out, len(lines) - len(shown), "facts")


def show_upstream(out: Console, upstream: Upstream | None) -> None:
    """The release manifest, and what differs from the chart by design: all of it, before any difference is read."""
    if upstream is None:
        return
    out.print(f"  upstream  release manifest of {upstream.title}: {upstream.source}")
    if upstream.manifest.differs:
        out.print("  differs from the chart by design")
        for line in upstream.manifest.differs:
            out.print(f"    - {line}")


def _values(out: Console, values: SplitValues, *, verbose: bool) -> None:
    from migrator.inference.values.files import values_texts

    for name, text in values_texts(values).items():
        _block(out, f"values, {name or 'all environments'}", text, verbose=verbose)


def _block(out: Console, title: str, text: str, *, verbose: bool) -> None:
    lines = text.splitlines()
    shown = lines if verbose or len(lines) <= 2 * SHORT else lines[: 2 * SHORT]
    out.print(f"  {title}")
    for line in shown:
        out.print(f"    {line}", style="cyan")
    _more(out, len(lines) - len(shown), "lines")


def _companions(out: Console, component: ComponentPlan, *, verbose: bool) -> None:
    found = {resource for resources in component.companions.values() for resource in resources}
    own = {resource for resources in component.left_out.values() for resource in resources}
    makeable = {item.resource for item in component.residual if item.cls.value == _NOT_FOUND}
    for title, shown in (
        ("not made by the chart, stays in Kustomize", found - makeable - own),
        ("made by the chart with other values only, stays in Kustomize", (found & makeable) - own),
        ("the chart's own CRDs and hooks, left out of the release, stay in Kustomize", found & own),
    ):
        if shown:
            _listing(out, title, sorted(map(str, shown)), verbose=verbose)


def _residual(out: Console, residual: Sequence[Residual], *, verbose: bool) -> None:
    if residual:
        lines = [_remains([item]) for item in residual] if verbose else [_remains(each) for each in _alike(residual)]
        _listing(out, "no value found for", lines, verbose=verbose)


def _open(component: ComponentPlan) -> list[Residual]:
    """What remains, without what is told as a change, as taken back, or as an object that stays."""
    told = {
        (environment, resource, each.path)
        for differences in (component.differences, component.undone)
        for environment, found in differences.items()
        for each in found
        for resource in (each.resource, each.counterpart)
    }
    told |= {(environment, each, ()) for environment, found in component.companions.items() for each in found}
    return [item for item in component.residual if (item.environment, item.resource, item.path) not in told]


def _alike(residual: Sequence[Residual]) -> list[list[Residual]]:
    """What remains at one place for one reason, together, the object aside; the rarest first."""
    groups: dict[tuple[str, ...], list[Residual]] = {}
    for item in residual:
        place = (_place(item.path), item.cls.value) if item.path else (str(item.resource), item.cls.value)
        groups.setdefault(place, []).append(item)
    return sorted(groups.values(), key=len)


def _remains(alike: Sequence[Residual]) -> str:
    """`dev, prod: Kind ns/name /path class`, or how many objects it is about."""
    first = alike[0]
    environments = ", ".join(sorted({item.environment for item in alike}))
    resources = {item.resource for item in alike}
    what = str(first.resource) if len(resources) == 1 else f"{len(resources)} objects"
    place = f" {_place(first.path)}" if first.path else ""
    ways = " or ".join(dict.fromkeys(item.pinned_by for item in alike if item.pins))
    pinned = f", pinned by {ways}" if ways else ""
    return f"{environments}: {what}{place}  {first.cls.value}{pinned}"


def _differences(out: Console, component: ComponentPlan, *, verbose: bool) -> None:
    """The groups of like differences; below them, where everything is asked for, each difference."""
    if component.differences:
        out.print("  would change")
        for line in group_lines(component.differences, component.environments):
            out.print(f"      {line}" if line.startswith(" ") else f"    - {line}")
    if component.undone:
        out.print("  patches take back")
        for line in group_lines(component.undone, component.environments):
            out.print(f"      {line}" if line.startswith(" ") else f"    - {line}")
    why = {(item.environment, item.resource, item.path): item for item in component.residual}
    for environment, differences in sorted(component.differences.items()) if verbose else ():
        found = sorted(differences, key=lambda item: (-item.impact, item.id))
        lines = [_difference(item, why.get((environment, item.resource, item.path))) for item in found]
        _listing(out, f"would change in {environment}", lines, verbose=verbose)


def admitted_lines(allowances: Iterable[str]) -> list[str]:
    """One line for each allowance or decision of a person: how many differences it admits."""
    counts = Counter(name if name.startswith("accepted ") else f"allowed by {name}" for name in allowances)
    return [f"{plural(counts[by], 'difference')} {by}" for by in sorted(counts)]


def _difference(difference: Difference, residual: Residual | None) -> str:
    """`impact  id  kind [place] [privilege] [allowance] [class]`."""
    marks = f" {difference.kind.value}{in_words(difference)}"
    if difference.privilege:
        marks += ", widens privileges"
    if difference.admitted and difference.allowance:
        marks += f", allowed by {difference.allowance}"
    elif residual is not None and residual.cls.value != _NOT_FOUND:
        marks += f", {residual.cls.value}{f', pinned by {residual.pinned_by}' if residual.pins else ''}"
    return f"{difference.impact!s:<9} {difference.id}{marks}"


def _place(path: Sequence[str | int]) -> str:
    return "".join(f"/{key}" for key in path)


def _listing(out: Console, title: str, lines: Sequence[str], *, verbose: bool) -> None:
    out.print(f"  {title}")
    shown = lines if verbose or len(lines) <= SHORT + 2 else lines[:SHORT]
    for line in shown:
        out.print(f"    - {line}")
    _more(out, len(lines) - len(shown), "entries")


def _more(out: Console, hidden: int, what: str) -> None:
    if hidden > 0:
        out.print(f"    ... {hidden} more {what} (--verbose, or --format json)", style="dim")


def _changes(out: Console, changes: Sequence[Change], *, verbose: bool) -> None:
    if not changes:
        return
    out.print("Files", style="bold")
    shown = changes if verbose or len(changes) <= 5 * SHORT else changes[: 5 * SHORT]
    for change in shown:
        moved = f"{change.source} -> " if change.source is not None else ""
        out.print(f"  {_ACTION_SIGNS.get(change.action, '?')} {moved}{change.path}", end="")
        out.print(f"  ({change.cause})", style="dim")
    _more(out, len(changes) - len(shown), "files")
    out.print()


def _summary(out: Console, plan: Plan) -> None:
    counts = Counter(component.decision.value for component in plan.components)
    parts = [f"{counts[decision]} {decision}" for decision in _DECISION_STYLES if counts[decision]]
    worst = max((component.impact for component in plan.components if _moves(component)), default=Impact.NONE)
    if not plan.changes:
        out.print("Nothing to do: " + (", ".join(parts) or "no component was recognised") + ".")
    else:
        out.print(f"Plan: {', '.join(parts)}; {len(plan.changes)} file changes; highest impact {worst}.")
    if not plan.complete:
        out.print("The plan is not complete: see the messages above it.", style="yellow")


def _moves(component: ComponentPlan) -> bool:
    return component.decision.value in ("adopt", "adopt-with-patches")
