"""The command group, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from migrator.cli.commands import COMMANDS
from migrator.diagnostics import ExitCode, MigrateError
from migrator.garbage import THRESHOLDS
from migrator.report.help.examples import epilog
from migrator.version import __version__

INTERRUPTED = 130
ISSUES = "the project's issue tracker"


class Interrupted(Exception):  # noqa: N818 - it is not an error of anyone
    """Ctrl-C; click would print an empty line for it."""


class Commands(click.Group):
    """The group of all commands, listed in the order of the work."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names as they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """What the command returns."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    epilog="Exit codes: 0 done and nothing to report; 1 error; 2 changes or findings; 3 unproved or not equivalent.",
)
@click.version_option(__version__, prog_name="migrate")
def group() -> None:
    """Move an all-Kustomize GitOps repository to a Helm + Kustomize hybrid, and prove that nothing changes."""


for _command in COMMANDS:
    _command.epilog = epilog(_command.name)
    group.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    # what is read stays until the end: looking through it for garbage again and again is two fifths of the time
    gc.set_threshold(*THRESHOLDS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
        code = code or ExitCode.ERROR
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line; every failure is one message on stderr, never a traceback."""
    try:
        result: Any = group.main(args=arguments, prog_name="migrate", standalone_mode=False)
    except MigrateError as error:
        from migrator.report.visible import visible

        click.echo(f"migrate: {visible(str(error.diagnostic))}", err=True)
        return error.exit_code
    except (Interrupted, click.Abort):
        click.echo("migrate: interrupted; nothing is half written", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        # click leaves with 2 on a usage error; here 2 means changes or findings
        error.show()
        return ExitCode.ERROR
    except BrokenPipeError:
        _forget_stdout()
        return ExitCode.ERROR
    except OSError as error:
        return _refused(error)
    except Exception as error:  # noqa: BLE001 - the last resort, so that nobody sees a traceback
        return _internal(error)
    return result if isinstance(result, int) else ExitCode.DONE


def _refused(error: OSError) -> int:
    """The operating system said no: to a file that cannot be read or written, or a full disk."""
    path = f"{error.filename}: " if error.filename else ""
    click.echo(
        f"migrate: {path}error: {error.strerror or type(error).__name__} [MIG901] "
        "(check the permissions and the free space there, and run again)",
        err=True,
    )
    return ExitCode.ERROR


def _internal(error: Exception) -> int:
    if os.environ.get("MIGRATE_DEBUG"):
        raise error
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}" if place else "?"
    click.echo(
        f"migrate: internal error in {where}: {type(error).__name__} [MIG999] (a fault of migrate, not of your "
        f"repository, which is as it was; run again with MIGRATE_DEBUG=1 and report what it prints at {ISSUES})",
        err=True,
    )
    return ExitCode.ERROR


def _forget_stdout() -> None:
    """The reader of our output went away: nothing more can be said, and Python must not try at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
