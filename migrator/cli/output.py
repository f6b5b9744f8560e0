"""Which writer shows which result in which format."""

from __future__ import annotations

import json
import sys
from typing import IO, TYPE_CHECKING

from migrator import __version__
from migrator.diagnostics import ExitCode
from migrator.report.json import diagnostic_document, dumps, infer_document, plan_document
from migrator.workflow.clock import Clock, shares
from migrator.workflow.settings import Settings

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostics
    from migrator.model import Json
    from migrator.workflow.apply import Applied
    from migrator.workflow.explain import Explained
    from migrator.workflow.infer_files import Inferred
    from migrator.workflow.planned import Planned
    from migrator.workflow.relock import Followed
    from migrator.workflow.verify import Verified


def show_plan(planned: Planned, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write the plan to the stream; secrets are shown as digests in every format."""
    from migrator.report.redact import redact_plan

    plan = redact_plan(planned.plan, planned.secrets)
    match output_format:
        case "json":
            stream.write(dumps(plan_document(plan)))
            return
        case "markdown":
            from migrator.report.markdown import plan_markdown

            stream.write(plan_markdown(plan))
            return
        case "github" | "gitlab":
            _annotate(plan.diagnostics, output_format, stream)
            return
    from migrator.report.terminal import show_plan as show_text

    say(plan.diagnostics, settings)
    show_text(plan, stream, verbose=settings.verbose)


def show_inference(inferred: Inferred, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write what was inferred to the stream; secrets are shown as digests in every format."""
    from migrator.report.explain import explanation_document
    from migrator.report.explain import show_explanation as show_explained
    from migrator.report.redact import redact_explanation, redact_inference

    inference = redact_inference(inferred.inference, inferred.secrets)
    explanation = inferred.explanation and redact_explanation(inferred.explanation, inferred.secrets)
    if output_format == "json":
        told = {"explanation": explanation_document(explanation)} if explanation else {}
        document = infer_document(inference, inferred.diagnostics, inferred.ref)
        stream.write(dumps({**document, "files": list(map(str, inferred.written)), **told}))
        return
    from migrator.report.inferred import show_inference as show_text
    from migrator.report.inferred import show_next
    from migrator.workflow.next_steps import next_steps

    say(inferred.diagnostics, settings, notes=True)
    show_text(inference, stream, chart=f"{inferred.ref.name} {inferred.ref.version}", verbose=settings.verbose)
    if explanation:
        stream.write("\n")
        show_explained(explanation, stream, verbose=settings.verbose)
    show_next(next_steps(inferred), stream)


def show_explanation(explained: Explained, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write an explanation to the stream; secrets are shown as digests in every format."""
    from migrator.report.explain import explanation_document
    from migrator.report.explain import show_explanation as show_text
    from migrator.report.redact import redact_explanation

    explanation = redact_explanation(explained.explanation, explained.secrets)
    if output_format == "json":
        found = [diagnostic_document(each) for each in explained.diagnostics]
        stream.write(dumps({"format_version": "1.0", **explanation_document(explanation), "diagnostics": found}))
        return
    say(explained.diagnostics, settings)
    show_text(explanation, stream, verbose=settings.verbose)


def show_findings(findings: Diagnostics, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write audit findings to the stream."""
    match output_format:
        case "json":
            stream.write(dumps({"format_version": "1.0", "findings": [diagnostic_document(each) for each in findings]}))
        case "markdown":
            from migrator.report.markdown import findings_markdown

            stream.write(findings_markdown(findings))
        case "sarif":
            from migrator.report.sarif import sarif_document

            stream.write(dumps(sarif_document(findings, version=__version__)))
        case "junit":
            from migrator.report.junit import finding_cases, junit

            stream.write(junit(finding_cases(findings)))
        case "github" | "gitlab":
            _annotate(findings, output_format, stream)
        case _:
            from migrator.report.terminal import show_findings as show_text

            show_text(findings, stream, verbose=settings.verbose)


def show_proof(verified: Verified, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write a proof to the stream; it holds no value of a Secret."""
    from migrator.report.proof import proof_cases, proof_diagnostics, proof_markdown

    proof = verified.proof
    findings = (*proof_diagnostics(proof), *verified.diagnostics)
    match output_format:
        case "json":
            from migrator.prove import proof_document

            found = [diagnostic_document(each) for each in verified.diagnostics]
            stream.write(dumps({**proof_document(proof), "diagnostics": found}))
        case "intoto":
            from migrator.prove import intoto

            stream.write(dumps(intoto(proof)))
        case "markdown":
            stream.write(proof_markdown(proof))
        case "junit":
            from migrator.report.junit import junit

            stream.write(junit(proof_cases(proof)))
        case "github":
            _annotate(findings, output_format, stream)
        case _:
            from migrator.report.proof import show_proof as show_text

            say((*(each for each in findings if each.code == "MIG721"), *verified.diagnostics), settings)
            show_text(proof, stream, verbose=settings.verbose)


def show_applied(applied: Applied, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write what `apply` did, or why it did not."""
    from migrator.prove import proof_document
    from migrator.report.redact import redact_plan, redact_proof

    secrets = applied.planned.secrets
    plan = redact_plan(applied.planned.plan, secrets)
    proof = applied.proof and redact_proof(applied.proof, secrets)
    told: dict[str, Json] = {"commits": list(applied.commits)} if settings.branch is not None else {}
    if settings.diff:
        from migrator.report.diff import unified_diff

        told = {"diff": unified_diff(applied.edits, secrets)}
    if output_format == "json":
        document = plan_document(plan)
        document["diagnostics"] = [diagnostic_document(each) for each in applied.diagnostics]
        shown = proof and proof_document(proof)
        stream.write(dumps({**document, "written": applied.is_written, "proof": shown, **told}))
        return
    from migrator.report.applied import show_applied as show_text

    say(applied.diagnostics, settings)
    if settings.diff and (applied.exit_code == ExitCode.DONE):
        stream.write(str(told["diff"]))
        return
    show_text(
        plan,
        proof,
        stream,
        is_written=applied.is_written,
        branch=settings.branch,
        commits=applied.commits,
        demoted=applied.demoted,
        verbose=settings.verbose,
    )


def show_followed(followed: Followed, output_format: str, stream: IO[str], settings: Settings) -> None:
    """Write what `apply --relock` compared and recorded; the proof holds no value of a Secret."""
    from migrator.prove import proof_document

    if output_format == "json":
        told: dict[str, Json] = {
            "base": followed.base,
            "changes": list(followed.changes),
            "files": [edit.path for edit in followed.edits],
            "written": followed.is_written,
            "diagnostics": [diagnostic_document(each) for each in followed.diagnostics],
        }
        stream.write(dumps({**proof_document(followed.proof), **told}))
        return
    from migrator.report.applied import show_followed as show_text

    say(followed.diagnostics, settings)
    show_text(
        followed.proof,
        stream,
        base=followed.base,
        changes=followed.changes,
        files=[edit.path for edit in followed.edits],
        is_written=followed.is_written,
        verbose=settings.verbose,
    )


def say(diagnostics: Diagnostics, settings: Settings, *, notes: bool = False) -> None:
    """Diagnostics belong to stderr, notes among them where they are wanted; quiet keeps the errors."""
    from migrator.diagnostics import Severity
    from migrator.report.terminal import show_diagnostics

    wanted = tuple(each for each in diagnostics if each.severity is Severity.ERROR) if settings.quiet else diagnostics
    show_diagnostics(wanted, sys.stderr, verbose=settings.verbose, notes=notes)


def finish(clock: Clock, settings: Settings) -> None:
    """Say where the time went, to those who asked."""
    if settings.verbose:
        sys.stderr.write(shares(clock) + "\n")
    if settings.timings is not None:
        seconds = {name: round(spent, 4) for name, spent in clock.seconds().items()}
        document = {"format_version": "1.0", "steps": seconds, "total": round(sum(seconds.values()), 4)}
        settings.timings.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _annotate(findings: Diagnostics, output_format: str, stream: IO[str]) -> None:
    if output_format == "github":
        from migrator.report.github import workflow_commands

        stream.write(workflow_commands(findings))
        return
    from migrator.report.gitlab import code_quality

    stream.write(code_quality(findings))
