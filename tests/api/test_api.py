from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import migrator
from migrator.progress import Event, StepAdvanced, StepEnded, StepStarted

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "fixtures" / "simple-app"
OPTIONS = migrator.Options(offline=True, chart_mirrors=(str(ROOT / "fixtures" / "charts"),), only=("tiny-db",))
NOTEBOOK = """
import migrator
options = migrator.Options(offline=True, chart_mirrors=("fixtures/charts",), cache={cache!r})
first = migrator.plan("fixtures/simple-app", options)
again = migrator.plan("fixtures/simple-app", options)
assert first.plan == again.plan
assert [each.id for each in first.plan.components if each.decision.value == "adopt"] == ["tiny-db", "tiny-monitor"]
"""


def test_results_are_frozen_values() -> None:
    planned = migrator.plan(APP, OPTIONS)
    for value in (planned, planned.plan, planned.plan.components[0], planned.edits[0], OPTIONS):
        field = dataclasses.fields(value)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, None)


@pytest.mark.parametrize("how", ["-", "-c"])
def test_it_works_where_the_main_module_is_no_file_and_prints_nothing(how: str, tmp_path: Path) -> None:
    """As in a notebook and at a prompt: from standard input, and from a text."""
    script = NOTEBOOK.format(cache=str(tmp_path))
    command = [sys.executable, how] if how == "-" else [sys.executable, how, script]
    text = script if how == "-" else ""
    done = subprocess.run(command, input=text, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_works_in_a_thread() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(migrator.plan(APP, OPTIONS).plan.components))
    thread.start()
    thread.join()
    assert found == [migrator.plan(APP, OPTIONS).plan.components]


def test_steps_are_told_in_pairs_and_their_parts_are_counted(tmp_path: Path) -> None:
    events: list[Event] = []
    options = dataclasses.replace(OPTIONS, cache=tmp_path)
    migrator.plan(APP, options, progress=events.append)

    started = [event.step for event in events if isinstance(event, StepStarted)]
    assert started[:4] == ["discover", "load", "build", "graph"]
    assert sorted(started) == sorted(event.step for event in events if isinstance(event, StepEnded))
    last = {event.step: (event.done, event.total) for event in events if isinstance(event, StepAdvanced)}
    assert last["build"] == (2, 2)
    assert last["infer"][0] == last["infer"][1]
    assert last["classify"][0] == last["classify"][1] > 10
    assert last["rewrite"][1] == 1


def test_an_audit_counts_objects_and_rules() -> None:
    events: list[Event] = []
    migrator.audit(APP, OPTIONS, progress=events.append)
    counted = {event.step: event.total for event in events if isinstance(event, StepAdvanced)}
    assert counted["classify"] > 10
    assert counted["audit"] > 20


def test_what_the_callback_raises_ends_the_run() -> None:
    class Stop(Exception):  # noqa: N818
        pass

    def stop(event: Event) -> None:
        if isinstance(event, StepStarted) and event.step == "infer":
            raise Stop

    with pytest.raises(Stop):
        migrator.plan(APP, OPTIONS, progress=stop)


def test_errors_are_raised_with_their_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(migrator.MigrateError) as caught:
        migrator.plan(tmp_path / "nowhere", OPTIONS)
    assert (caught.value.diagnostic.code, caught.value.exit_code) == ("MIG107", 1)


def test_a_document_hides_what_the_result_holds() -> None:
    planned = migrator.plan(APP, OPTIONS)
    component = next(each for each in planned.plan.components if each.id == "tiny-db")
    password = component.values.common["auth"]["password"]
    shown = json.dumps(migrator.document(planned))
    assert password not in shown
    assert "<redacted sha256:" in shown
    with pytest.raises(TypeError, match="has no JSON document"):
        migrator.document(component)  # type: ignore[arg-type]


def test_names_that_are_rooms_too_stay_functions() -> None:
    for name in migrator.__all__:
        before = getattr(migrator, name)
        with pytest.MonkeyPatch.context():
            try:
                importlib.import_module(f"migrator.{name}")
            except ModuleNotFoundError:
                continue
        assert getattr(migrator, name) is before
        assert callable(before)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = migrator.nothing


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"budget": -1}, "at least 0.1"),
        ({"budget": "60"}, "at least 0.1"),
        ({"kube_version": "abc"}, "1.32"),
        ({"kube_version": 1.29}, "1.32"),
        ({"offline": "no"}, "True, False or None"),
        ({"no_cache": 1}, "True or False"),
        ({"chart_mirrors": "fixtures/charts"}, "a tuple"),
        ({"only": "tiny-db"}, "a tuple"),
        ({"api_versions": "a/v1"}, "a tuple"),
        ({"api_versions": (1,)}, "a tuple"),
        ({"max_impact": "bogus"}, "data-loss"),
        ({"max_impact": 3}, "data-loss"),
        ({"cache": 3}, "path of a folder"),
        ({"layout": 3}, "name of a layout"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_name(given: dict[str, object], wanted: str) -> None:
    with pytest.raises(migrator.MigrateError) as caught:
        migrator.Options(**given)  # type: ignore[arg-type]
    (name,) = given
    assert caught.value.diagnostic.code == "MIG923"
    assert f"the option {name} cannot be" in caught.value.diagnostic.summary
    assert wanted in caught.value.diagnostic.remedy


def test_options_that_can_be_used_are_taken_lists_too() -> None:
    options = migrator.Options(only=["a", "b"], kube_version="v1.29.4+k3s1", max_impact="data-loss", cache=ROOT)  # type: ignore[arg-type]
    assert options.only == ("a", "b")


def test_no_folder_and_other_options_are_refused() -> None:
    with pytest.raises(migrator.MigrateError, match="no folder is named"):
        migrator.plan("")
    with pytest.raises(TypeError, match=r"migrator\.Options, not dict"):
        migrator.plan(APP, {"offline": True})  # type: ignore[arg-type]


def test_completion_offers_the_names_of_the_library() -> None:
    assert dir(migrator) == sorted(migrator.__all__)


def test_a_graph_has_its_document_and_what_no_command_prints_has_none() -> None:
    graphed = migrator.graph(APP, OPTIONS, environments=["prod"])
    document = migrator.document(graphed)
    assert document["format_version"] == "1.0"
    assert {node["environment"] for node in document["nodes"]} == {"prod"}


def test_what_a_prompt_shows_of_a_result_holds_no_secret() -> None:
    planned = migrator.plan(APP, OPTIONS)
    password = next(each for each in planned.plan.components if each.id == "tiny-db").values.common["auth"]["password"]
    assert password not in repr(planned)
    assert password not in repr(planned.edits)
    assert password not in repr(migrator.explain(APP, "tiny-db", "auth.password", OPTIONS))
