"""`migrate verify`: the proof once more, from the files at a git reference and the files of today."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, max_impact, output_format, repository, talking


@click.command(short_help="Prove again that nothing changed.")
@repository
@click.option("--trust-cache", is_flag=True, help="Take what this machine rendered before.")
@click.option("--base", metavar="GITREF", help="Commit before the migration (default: the lock's baseline).")
@click.option("--attestation", type=click.Path(path_type=Path, dir_okay=False), help="Write an in-toto Statement here.")
@output_format("text", "json", "markdown", "html", "junit", "github", "intoto")
@max_impact
@charts
@talking
def verify(repo: Path, base: str | None, attestation: Path | None, output_format: str, **given: Any) -> int:
    """Compare what REPO renders with what it rendered at --base, object by object, for every environment."""
    from migrator import api
    from migrator.cli.output import show_proof
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    with feedback.watching() as progress:
        verified = api.verify(repo, api.Options(**given), base=base, progress=progress)
    if attestation is not None:
        api.attest(repo, verified, attestation, base=base)
    with feedback.step("report"):
        show_proof(verified, output_format, sys.stdout, feedback)
    feedback.finish()
    return verified.exit_code
