from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.engines import Lost, run, run_in_processes

ROOT = Path(__file__).resolve().parents[2]


def doubled(number: int) -> int:
    print("what is printed is no part of an answer")  # noqa: T201
    return 2 * number


def own_process(_: int) -> int:
    return os.getpid()


def refused(number: int) -> int:
    raise ValueError(f"not {number}")


def killed_at_two(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_answers_come_in_the_order_of_the_items() -> None:
    assert run_in_processes(doubled, range(5)) == (0, 2, 4, 6, 8)
    assert run_in_processes(doubled, []) == ()


def test_a_few_processes_answer_many_questions() -> None:
    found = run_in_processes(own_process, range(6), workers=2)
    assert os.getpid() not in found
    assert len(set(found)) <= 2


def test_what_is_raised_there_is_raised_here() -> None:
    with pytest.raises(ValueError, match="not 7"):
        run_in_processes(refused, [7])


def test_a_process_that_is_killed_costs_its_item_alone() -> None:
    found = run_in_processes(killed_at_two, range(5), workers=1)
    assert found == (0, 1, Lost(exit_code=-signal.SIGKILL), 3, 4)


def test_it_is_told_how_far_they_are() -> None:
    told: list[tuple[int, int, tuple[str, ...]]] = []
    run_in_processes(
        doubled, [10, 20], workers=1, watch=lambda *far: told.append(far), name=lambda item: f"item {item}"
    )
    assert told[0] == (0, 2, ("item 10",))
    assert told[-1] == (2, 2, ())
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


SCRIPT = """
import os, sys, time
sys.path[:0] = {paths!r}
from test_processes import running, sleeping
from migrator.engines import run_in_processes
print("started", flush=True)
run_in_processes({function}, [{folder!r}] * 2)
"""


def sleeping(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)


def running(folder: str) -> None:
    """Wait for an engine, which writes its id into the folder and sleeps."""
    run(["/bin/sh", "-c", f': > "{folder}/$$"; exec /bin/sleep 600'])


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("function", [sleeping, running])
def test_no_process_outlives_an_interrupt_and_no_main_guard_is_needed(
    tmp_path: Path, function: Callable[[str], None]
) -> None:
    folder, script = tmp_path / "begun", tmp_path / "script.py"
    folder.mkdir()
    paths = [str(ROOT), str(Path(__file__).parent)]
    text = SCRIPT.format(paths=paths, folder=str(folder), function=function.__name__)
    script.write_text(textwrap.dedent(text))
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        while len(list(folder.iterdir())) < 2:
            assert process.poll() is None, "the script has failed"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert out == b"started\n", "the script is run once, and not again in its workers"
    assert [pid for pid in folder.iterdir() if _lives(int(pid.name))] == []


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").read_text().split()[2].startswith("Z") if Path("/proc").is_dir() else True


def test_nothing_of_the_folder_that_a_run_is_started_in_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json", "pickle", "gc", "migrator"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert run_in_processes(doubled, [1]) == (2,)
    assert not (tmp_path / "ran").exists()
