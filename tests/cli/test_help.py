"""Help: commands in the order of the work, with examples that are command lines, and the manual from the package."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from cli_support import Migrate

from migrator.cli.app import group
from migrator.cli.commands import COMMANDS
from migrator.report.help.examples import EXAMPLES
from migrator.report.help.topics import TOPICS, topic

ROOT = Path(__file__).resolve().parents[2]
ORDER = ["plan", "review", "accept", "apply", "verify", "handover", "audit"]
COMMAND = re.compile(r"`(migrate(?:-gitops)? [^`\n]+)`")


def problem(line: str) -> str:
    """Why the program would not understand a command line; empty where it would."""
    words = shlex.split(line.partition(" > ")[0].partition(" >> ")[0], comments=True)[1:]
    command: click.Command = group
    context = click.Context(group, info_name="migrate")
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    try:
        command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    except click.exceptions.Exit:
        return ""
    return ""


@pytest.mark.parametrize("line", [each for lines in EXAMPLES.values() for each in lines])
def test_each_example_is_a_command(line: str) -> None:
    assert problem(line) == ""


def test_the_check_sees_what_is_none() -> None:
    assert "No such option" in problem("migrate plan . --no-such-thing")
    with pytest.raises(click.UsageError, match="No such command"):
        problem("migrate plam .")


def test_commands_stand_in_the_order_of_the_work_with_examples(migrate: Migrate) -> None:
    listed = re.findall(r"^  (\w+)  ", migrate("--help").out.partition("Commands:")[2], flags=re.MULTILINE)
    assert listed[: len(ORDER)] == ORDER
    assert sorted(EXAMPLES) == sorted(each.name or "" for each in COMMANDS)
    assert "Examples:\n    migrate plan .\n" in migrate("plan", "--help").out


def test_the_manual_is_shown(migrate: Migrate) -> None:
    listed = migrate("help")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(TOPICS)
    assert migrate("help", "handover").out == (ROOT / "docs/handover.md").read_text()
    shown = migrate("help", "mig102").out
    assert shown.startswith("MIG102\n\nA YAML text cannot be edited")
    assert "MIG103" not in shown
    lost = migrate("help", "nowhere")
    assert (lost.code, "[MIG926]" in lost.err) == (1, True)


@pytest.mark.parametrize("name", TOPICS)
def test_each_page_ships(name: str) -> None:
    assert topic(name).startswith("# ")
    included = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert included["force-include"][f"docs/{name}.md"] == f"migrator/_docs/{name}.md"


def test_there_is_a_second_name() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts["migrate"] == scripts["migrate-gitops"]


def test_commands_of_the_quick_starts_are_commands() -> None:
    for name in ("quickstart", "quickstart-ko"):
        text = topic(name)
        lines = [*COMMAND.findall(text), *re.findall(r"^(migrate .+)$", text, flags=re.MULTILINE)]
        assert len(lines) > 8
        assert [problem(line) for line in lines if not line.endswith("migrate")] == [""] * len(lines)


def test_help_of_a_command_is_its_help_and_of_a_near_name_the_right_one(migrate: Migrate) -> None:
    assert migrate("help", "plan").out == migrate("plan", "--help").out
    assert "did you mean propose-to-adopt?" in migrate("help", "adopt").err
