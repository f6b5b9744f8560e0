"""`migrate audit`: whether the hybrid stays honest, for a CI job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking


@click.command(short_help="Check that the hybrid stays honest.")
@repository
@output_format("text", "json", "markdown", "html", "sarif", "junit", "github", "gitlab")
@charts
@talking
def audit(repo: Path, output_format: str, **given: Any) -> int:
    """Check ownership, pins, leftovers, the lock and the proof of REPO; exit with 2 when something is found."""
    from migrator import api
    from migrator.cli.output import show_findings
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    with feedback.watching() as progress:
        audited = api.audit(repo, api.Options(**given), progress=progress)
    with feedback.step("report"):
        show_findings(audited, output_format, sys.stdout, feedback)
    feedback.finish()
    return audited.exit_code
