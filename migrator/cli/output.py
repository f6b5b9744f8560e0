"""Which writer shows which result in which format."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from migrator.diagnostics import ExitCode
from migrator.version import __version__

if TYPE_CHECKING:
    from migrator import api
    from migrator.diagnostics import Diagnostics
    from migrator.model import Json
    from migrator.report.watching.feedback import Feedback
    from migrator.workflow.apply import Applied
    from migrator.workflow.audit import Audited
    from migrator.workflow.deciding.accept import Accepted
    from migrator.workflow.deciding.drop import Dropped
    from migrator.workflow.explain import Accounted, Explained
    from migrator.workflow.graph import Graphed
    from migrator.workflow.infer_files import Inferred
    from migrator.workflow.planned import Planned
    from migrator.workflow.relock import Relocked
    from migrator.workflow.rules.signatures import Listed
    from migrator.workflow.verify import Verified


def show_plan(planned: Planned, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write the plan to the stream; secrets are shown as digests in every format."""
    from migrator.report.redact import redact_plan

    if output_format == "json":
        _document(planned, stream)
        return
    plan = redact_plan(planned.plan, planned.secrets)
    match output_format:
        case "markdown":
            from migrator.report.markdown.planned import plan_markdown

            stream.write(plan_markdown(plan))
        case "html":
            from migrator.report.html.planned import plan_html

            stream.write(plan_html(plan))
        case "github" | "gitlab":
            _annotate(plan.diagnostics, output_format, stream)
        case _:
            from migrator.report.planned.summary import show_plan as show_text

            show_text(plan, stream, verbose=feedback.verbose)
            stream.flush()
            feedback.say(plan.diagnostics)


def show_inference(inferred: Inferred, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write what was inferred to the stream; secrets are shown as digests in every format."""
    if output_format == "json":
        _document(inferred, stream)
        return
    from migrator.report.explain import show_explanation as show_explained
    from migrator.report.inferred import show_inference as show_text
    from migrator.report.inferred import show_next
    from migrator.report.redact import redact_explanation, redact_inference
    from migrator.workflow.next_steps import next_steps

    inference = redact_inference(inferred.inference, inferred.secrets)
    feedback.say(inferred.diagnostics, notes=True)
    show_text(inference, stream, chart=f"{inferred.ref.name} {inferred.ref.version}", verbose=feedback.verbose)
    if inferred.explanation:
        stream.write("\n")
        show_explained(redact_explanation(inferred.explanation, inferred.secrets), stream, verbose=feedback.verbose)
    show_next(next_steps(inferred), stream)


def show_explanation(explained: Explained, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write an explanation to the stream; secrets are shown as digests in every format."""
    if output_format == "json":
        _document(explained, stream)
        return
    from migrator.report.explain import show_explanation as show_text
    from migrator.report.redact import redact_explanation

    feedback.say(explained.diagnostics)
    show_text(redact_explanation(explained.explanation, explained.secrets), stream, verbose=feedback.verbose)


def show_account(accounted: Accounted, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write why an object belongs where it does."""
    feedback.say(accounted.diagnostics)
    if output_format == "json":
        _document(accounted, stream)
        return
    from migrator.report.object_evidence import show_account as show_text

    show_text(accounted.account, stream, verbose=feedback.verbose)


def show_graph(graphed: Graphed, output_format: str, stream: IO[str]) -> None:
    """Write the graph to the stream."""
    if output_format == "json":
        _document(graphed, stream)
        return
    from migrator.graph import to_dot, to_mermaid
    from migrator.report.visible import visible_lines

    writer = {"mermaid": to_mermaid, "dot": to_dot}[output_format]
    text = writer(graphed.graph, graphed.environments or None, graphed.components, graphed.deployed_by)
    stream.write(visible_lines(text))


def show_findings(audited: Audited, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write audit findings to the stream."""
    findings = audited.findings
    match output_format:
        case "json":
            _document(audited, stream)
        case "markdown":
            from migrator.report.markdown.planned import findings_markdown

            stream.write(findings_markdown(findings))
        case "html":
            from migrator.report.html.proved import findings_html

            stream.write(findings_html(findings))
        case "sarif":
            from migrator.report.ci.sarif import sarif_document
            from migrator.report.json import dumps

            stream.write(dumps(sarif_document(findings, version=__version__)))
        case "junit":
            from migrator.report.ci.junit import finding_cases, junit

            stream.write(junit(finding_cases(findings)))
        case "github" | "gitlab":
            _annotate(findings, output_format, stream)
        case _:
            from migrator.report.terminal import show_findings as show_text

            show_text(findings, stream, verbose=feedback.verbose)


def show_proof(verified: Verified, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write a proof to the stream; it holds no value of a Secret."""
    from migrator.report.proved.findings import beside_the_proof, proof_cases, proof_diagnostics

    proof = verified.proof
    findings = (*proof_diagnostics(proof), *verified.diagnostics)
    match output_format:
        case "json":
            _document(verified, stream)
        case "intoto":
            from migrator.prove import intoto
            from migrator.report.json import dumps

            stream.write(dumps(intoto(proof, verified.diagnostics)))
        case "markdown":
            from migrator.report.markdown.proved import proof_markdown

            stream.write(proof_markdown(proof, verified.diagnostics))
        case "html":
            from migrator.report.html.proved import proof_html

            stream.write(proof_html(proof, verified.diagnostics))
        case "junit":
            from migrator.report.ci.junit import junit

            stream.write(junit(proof_cases(proof, verified.diagnostics)))
        case "github":
            _annotate(findings, output_format, stream)
        case _:
            from migrator.report.proved.text import show_proof as show_text

            feedback.say(beside_the_proof(proof, verified.diagnostics))
            show_text(proof, stream, verbose=feedback.verbose, following=True, diagnostics=verified.diagnostics)


def show_accepted(accepted: Accepted, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write what was accepted, and what comes of it."""
    if output_format == "json":
        _document(accepted, stream)
        return
    from migrator.report.applied import show_accepted as show_text
    from migrator.report.redact import redact_differences

    feedback.say(accepted.diagnostics)
    found = {name: redact_differences(each, accepted.secrets) for name, each in accepted.differences.items()}
    show_text(accepted.component, found, stream, is_new=accepted.is_new, following=accepted.next)


def show_dropped(dropped: Dropped, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write what patches no longer keep from changing, and what they still do."""
    if output_format == "json":
        _document(dropped, stream)
        return
    from migrator.report.applied import show_dropped as show_text
    from migrator.report.redact import redact_differences

    feedback.say(dropped.diagnostics)
    found, left = (
        {name: redact_differences(each, dropped.secrets) for name, each in differences.items()}
        for differences in (dropped.dropped, dropped.left)
    )
    files = [str(each.path) for each in dropped.edits]
    head = f"{dropped.component}  {dropped.decision.value}: {dropped.reason}"
    show_text(head, found, left, stream, environments=dropped.environments, files=files, following=dropped.next)


def show_applied(
    applied: Applied, form: str, stream: IO[str], feedback: Feedback, *, diff: bool, branch: str | None, place: str
) -> None:
    """Write what `apply` did, or why it did not."""
    from migrator.report import applied as report
    from migrator.report.diff import shown_diff, unified_diff
    from migrator.report.redact import redact_plan, redact_proof

    secrets, proof = applied.planned.secrets, applied.proof
    if form == "json":
        more: dict[str, Json] = {"commits": list(applied.commits)} if branch is not None else {}
        _document(applied, stream, **(more if not diff else {"diff": unified_diff(applied.edits, secrets)}))
        return
    is_diff = diff and applied.exit_code == ExitCode.DONE
    outcome = report.Outcome(
        in_git=applied.planned.baseline.index.git.is_repo,
        plan=redact_plan(applied.planned.plan, secrets),
        proof=proof and redact_proof(proof, secrets),
        is_written=applied.is_written,
        is_diff=is_diff,
        branch=branch,
        commits=applied.commits,
        demoted=applied.demoted,
    )
    if form == "markdown":
        from migrator.report.markdown.applied import applied_markdown

        stream.write(applied_markdown(outcome, shown_diff(applied.edits, secrets).splitlines() if is_diff else ()))
        return
    if form == "html":
        from migrator.report.html.planned import plan_html

        stream.write(plan_html(outcome.plan, outcome.proof))
        return
    feedback.say(applied.diagnostics)
    if is_diff:
        whole = feedback.verbose or not stream.isatty()  # elsewhere git has to apply it
        stream.write(shown_diff(applied.edits, secrets, folds=not whole, is_terminal=stream.isatty()))
        return
    report.show_applied(outcome, stream, repository=place, verbose=feedback.verbose)


def show_relocked(relocked: Relocked, output_format: str, stream: IO[str], feedback: Feedback) -> None:
    """Write what `apply --relock` compared and recorded; the proof holds no value of a Secret."""
    if output_format == "json":
        _document(relocked, stream)
        return
    if output_format == "markdown":
        from migrator.report.markdown.proved import proof_markdown

        stream.write(proof_markdown(relocked.proof, relocked.diagnostics))
        return
    from migrator.report.applied import show_followed as show_text

    feedback.say(relocked.diagnostics)
    show_text(
        relocked.proof,
        stream,
        base=relocked.base,
        changes=relocked.changes,
        files=[edit.path for edit in relocked.edits],
        is_written=relocked.is_written,
        verbose=feedback.verbose,
    )


def show_rules(listed: Listed, output_format: str, stream: IO[str]) -> None:
    """Write the signatures and release manifests, one a line."""
    if output_format == "json":
        _document(listed, stream)
        return
    from migrator.report.listings.rules_list import rules_text

    stream.write(rules_text(listed.signatures, listed.manifests))


def _document(result: api.Result, stream: IO[str], **more: Json) -> None:
    from migrator import api
    from migrator.report.json import dumps

    stream.write(dumps({**api.document(result), **more}))


def _annotate(findings: Diagnostics, output_format: str, stream: IO[str]) -> None:
    if output_format == "github":
        from migrator.report.ci.github import workflow_commands

        stream.write(workflow_commands(findings))
        return
    from migrator.report.ci.gitlab import code_quality

    stream.write(code_quality(findings))
