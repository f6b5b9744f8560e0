"""`migrate verify` and `migrate audit`: the proof and the rules over a repository as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from migrator.audit import audit, is_finding
from migrator.charts import ChartLibrary
from migrator.diagnostics import Diagnostics, ExitCode, MigrateError
from migrator.discover import read_config
from migrator.engines import Toolchain, find_tools
from migrator.prove import Proof, RenderContext, Rendering, closure_of, render_lock, verify
from migrator.workflow.choices import Choices, choose
from migrator.workflow.clock import Clock
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of, without_shipped
from migrator.workflow.steps.baseline import Baseline, once, read_baseline
from migrator.workflow.steps.classify import recognise
from migrator.workflow.steps.recovery import recover_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A proof made again."""

    proof: Proof
    diagnostics: Diagnostics
    """Whether the lock's own proof still speaks of this tree."""

    @property
    def exit_code(self) -> int:
        """3 when something differs or cannot be proved, 2 when only the lock is out of date."""
        if not self.proof.verdict.holds:
            return ExitCode.UNPROVED
        return ExitCode.FINDINGS if self.diagnostics else ExitCode.DONE


def verify_repository(settings: Settings, base: str | None, clock: Clock) -> Verified:
    """The proof of the work tree against a git base; errors as `prove.verify`, and MIG107 where there is no folder."""
    if not settings.root.is_dir():
        raise MigrateError.of(
            "MIG107", f"{settings.root} is not a folder", remedy="name the folder of a GitOps repository"
        )
    with clock.step("read"):
        recover_first(settings)
        root = settings.root.resolve()
        config = read_config(root)
        choices = choose(settings, config)
        tools = find_tools()
    with clock.step("prove"):
        terms, shipped = terms_of(root, choices)
        proof, diagnostics = verify(root, base, render_context_of(choices, tools), terms=terms)
    return Verified(proof=without_shipped(proof, shipped), diagnostics=diagnostics)


def audit_repository(settings: Settings, clock: Clock) -> tuple[Diagnostics, bool]:
    """What the audit rules say, notes included, and whether any of it is a finding."""
    baseline = read_baseline(settings, clock)
    with clock.step("classify"):
        components, _ = recognise(baseline)
    with clock.step("prove"):
        renders = _renders(baseline)
    with clock.step("audit"):
        said = audit(
            baseline.index,
            baseline.kustomizations,
            baseline.builds,
            baseline.lock,
            components,
            renders,
            lock_problem=baseline.lock_problem,
            engines=baseline.tools.engines,
            kept=[name for name, each in baseline.config.components.items() if each.decision == "keep"],
        )
    return once(said), any(is_finding(each) for each in said)


def render_context_of(choices: Choices, tools: Toolchain) -> RenderContext:
    """What renders a lock, by the choices of the run."""
    return RenderContext(
        tools=tools,
        library=ChartLibrary(choices.sources, choices.cache),
        cache=choices.cache,
        network=not choices.sources.offline,
    )


def _renders(baseline: Baseline) -> Mapping[str, Rendering]:
    if baseline.lock is None:
        return {}
    context = render_context_of(baseline.choices, baseline.tools)
    return render_lock(baseline.lock, baseline.root, replace(context, closure=closure_of(baseline.root)))
