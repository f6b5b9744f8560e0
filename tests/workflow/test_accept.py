"""`migrate accept`: from a proposal to an adoption in three commands."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, git
from proposed_database import GROUP

from migrator.discover import read_config
from migrator.plan.review import REFUSE
from migrator.workflow.deciding.entries import write_entry


def plan_of(migrate: Migrate, app: Path, mirror: Path) -> dict[str, object]:
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json")
    found = {each["id"]: each for each in json.loads(shown.out)["components"]}
    return dict(found["tiny-db"])


def test_three_commands_lead_from_a_proposal_to_its_adoption(migrate: Migrate, proposed: Path, mirror: Path) -> None:
    found = plan_of(migrate, proposed, mirror)
    assert found["decision"] == "propose"
    assert str(found["reason"]).startswith(f"{GROUP} cannot be undone by patches")
    command = shlex.split(str(found["next"]))
    assert command[:6] == ["migrate", "accept", str(proposed), "tiny-db", "--up-to", "rollout"]
    assert command[6:9] == ["--reason", "...", "--offline"]

    command[7] = "tonight is enough"
    accepted = migrate(*command[1:])
    assert accepted.code == 0
    assert f"tiny-db  accepted, in migrate.yaml\n  rollout   {GROUP}\n" in accepted.out
    assert (proposed / "migrate.yaml").read_text() == (
        "accept:\n  - component: tiny-db\n    up_to: rollout\n    reason: tonight is enough\n"
    )
    following = shlex.split(accepted.out.splitlines()[-1].removeprefix("  next  "))
    assert following[:5] == ["migrate", "apply", str(proposed), "--only", "tiny-db"]

    applied = migrate(*following[1:], "--format", "json")
    assert (applied.code, json.loads(applied.out)["proof"]["verdict"]) == (0, "identical-under-allowances")
    git(proposed, "add", "-A")
    git(proposed, "commit", "-q", "-m", "after")
    assert migrate("verify", proposed, "--offline", "--chart-mirror", mirror).code == 0


def test_accepting_again_changes_nothing(migrate: Migrate, proposed: Path, mirror: Path) -> None:
    given = (
        "accept",
        proposed,
        "tiny-db",
        "--only",
        "StatefulSet.apps/**",
        "--reason",
        "r",
        "--offline",
        "--chart-mirror",
        mirror,
    )
    migrate(*given)
    before = (proposed / "migrate.yaml").read_bytes()
    again = migrate(*given, "--format", "json")
    assert json.loads(again.out)["written"] is False
    assert (proposed / "migrate.yaml").read_bytes() == before


def test_comments_and_order_of_the_configuration_are_kept(migrate: Migrate, proposed: Path, mirror: Path) -> None:
    held = "# ours\nlayout: growing   # as agreed\naccept:   # by name\n- id: Gone/a/b#\n  reason: x # yes\noffline: true\n"
    (proposed / "migrate.yaml").write_text(held)
    migrate(
        "accept",
        proposed,
        "tiny-db",
        "--only",
        "StatefulSet.apps/*/*#/spec/template/**",
        "--reason",
        "a: b",
        "--chart-mirror",
        mirror,
    )
    added = '- component: tiny-db\n  only: StatefulSet.apps/*/*#/spec/template/**\n  reason: "a: b"\n'
    assert (proposed / "migrate.yaml").read_text() == held.replace("offline: true\n", added + "offline: true\n")


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["tiny-db", "--reason", "r"], "MIG931", "use --up-to IMPACT or --only PATTERN"),
        (["tiny-db", "--up-to", "rollout", "--reason", "..."], "MIG931", "has no reason"),
        (["tiny-db", "--only", "Gone/**", "--reason", "r"], "MIG930", "nothing more that tiny-db: Gone/** would admit"),
        (["tiny-db", "--only", "StatefulSet*", "--reason", "r"], "MIG930", "no id of what differs fits, as "),
        (["tiny-db", "--up-to", "metadata", "--reason", "r"], "MIG930", "tiny-db is `propose`"),
        (["tiny-bd", "--up-to", "config", "--reason", "r"], "MIG907", "recognised are"),
    ],
)
def test_what_cannot_be_accepted_is_an_error_and_writes_nothing(
    given: list[str], code: str, words: str, migrate: Migrate, proposed: Path
) -> None:
    shown = migrate("accept", proposed, *given, "--offline", "--chart-mirror", FIXTURES / "charts")
    assert (shown.code, shown.out) == (1, "")
    assert f"[{code}]" in shown.err
    assert words in shown.err
    assert not (proposed / "migrate.yaml").exists()


def test_what_is_refused_is_not_accepted_in_passing(migrate: Migrate, proposed: Path, mirror: Path) -> None:
    (proposed / "migrate.yaml").write_text(
        "refuse: [{component: tiny-db, only: 'StatefulSet.apps/**', reason: ours}]\n"
    )
    found = plan_of(migrate, proposed, mirror)
    assert (found["next"], "refused in migrate.yaml" in str(found["reason"])) == ("", True)
    shown = migrate(
        "accept", proposed, "tiny-db", "--up-to", "rollout", "--reason", "r", "--offline", "--chart-mirror", mirror
    )
    assert "take the entry out of `refuse`" in shown.err


def test_what_is_refused_and_pinned_is_not_accepted_either(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "migrate.yaml").write_text("max_impact: none\nrefuse: [{component: tiny-db, reason: ours}]\n")
    shown = migrate(
        "accept", app, "tiny-db", "--up-to", "metadata", "--reason", "r", "--offline", "--chart-mirror", mirror
    )
    assert "`adopt-with-patches`" in shown.err
    assert "take the entry out of `refuse`" in shown.err


def test_a_configuration_that_cannot_take_an_entry_stays_as_it_is(
    migrate: Migrate, proposed: Path, mirror: Path
) -> None:
    text = "accept: &all\n- {id: a, reason: b}\nrefuse: *all\n"
    (proposed / "migrate.yaml").write_text(text)
    entry = read_config(proposed).accept[0]
    with pytest.raises(Exception, match=r"migrate\.yaml: error: cannot append to refuse"):
        write_entry(proposed, REFUSE, type(entry)(component="x", reason="r"))
    assert (proposed / "migrate.yaml").read_text() == text
