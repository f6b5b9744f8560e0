"""Programs run in a clean environment, within their time, and never outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.engines import EngineError, Failure, run, run_parallel
from migrator.engines.run import online_environment

SLEEPER = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not _alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_output_and_exit_code_come_back() -> None:
    code = "import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('oh'); sys.exit(3)"
    completed = run([sys.executable, "-c", code], stdin=b"abc")
    assert (completed.returncode, completed.stdout, completed.stderr) == (3, b"ABC", "oh")


def test_environment_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/someone/.kube/config")
    monkeypatch.setenv("HELM_PLUGINS", "/home/someone/plugins")
    completed = run([sys.executable, "-c", "import os; print(dict(os.environ))"])
    seen = eval(completed.stdout)  # noqa: S307
    assert seen["KUBECONFIG"] == os.devnull
    assert "HELM_PLUGINS" not in seen
    assert seen["PATH"] == os.devnull
    assert seen["TZ"] == "UTC"
    assert seen["LC_ALL"] == "C"
    assert seen["https_proxy"] == "http://127.0.0.1:9"


def test_network_keeps_path_and_proxies_but_never_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    environment = online_environment()
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    assert environment["KUBECONFIG"] == os.devnull


def test_timeout_kills_the_whole_group(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(EngineError) as caught:
        run([sys.executable, "-c", code], timeout=2)
    assert caught.value.diagnostic.code == "MIG403"
    assert caught.value.cause.failure is Failure.TIMEOUT
    assert _gone(int((tmp_path / "pid").read_text()))


def test_grandchild_that_holds_the_output_open_is_killed_too(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
    )
    with pytest.raises(EngineError) as caught:
        run([sys.executable, "-c", code], timeout=2)
    assert caught.value.cause.failure is Failure.TIMEOUT
    assert _gone(int((tmp_path / "pid").read_text()))


def test_output_without_end_ends_the_program() -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    started = time.monotonic()
    with pytest.raises(EngineError) as caught:
        run([sys.executable, "-c", code], max_output=1 << 20, timeout=60)
    assert time.monotonic() - started < 30
    assert caught.value.diagnostic.code == "MIG414"
    assert caught.value.cause.failure is Failure.TOO_LARGE
    assert "prints more than 1 MiB" in caught.value.diagnostic.summary


def test_large_input_and_output_at_once_do_not_block() -> None:
    data = bytes(range(256)) * 8192
    code = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    assert run([sys.executable, "-c", code], stdin=data).stdout == data


def test_a_program_that_reads_nothing_is_no_fault() -> None:
    assert run([sys.executable, "-c", "print(1)"], stdin=b"x" * 1_000_000).stdout == b"1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of another process's memory")
def test_memory_of_a_program_is_bounded() -> None:
    code = (
        "import sys\nsys.stdin.read()\n"
        "try: bytearray(4 << 30)\n"
        "except MemoryError: sys.exit('fatal error: runtime: out of memory')"
    )
    with pytest.raises(EngineError) as caught:
        run([sys.executable, "-c", code], stdin=b"go")
    assert caught.value.diagnostic.code == "MIG414"
    assert "1536 MiB of memory" in caught.value.diagnostic.summary
    assert caught.value.diagnostic.remedy


def test_program_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "helm"
    broken.write_bytes(b"\0not a program")
    broken.chmod(0o755)
    for path in (broken, tmp_path / "absent"):
        with pytest.raises(EngineError) as caught:
            run([path])
        assert caught.value.diagnostic.code == "MIG402"
        assert path.name in caught.value.diagnostic.summary


def test_interrupt_leaves_no_child(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from migrator.engines import run, run_parallel\n"
        "child = 'import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)'\n"
        "one = lambda name: run([sys.executable, '-c', child, name])\n"
        "files = sys.argv[2:]\n"
        "if sys.argv[1] == 'parallel':\n"
        "    run_parallel(one, files)\n"
        "else:\n"
        "    one(files[0])\n"
    )
    for way, count in (("parallel", 2), ("alone", 1)):
        files = [tmp_path / f"{way}-{number}" for number in range(count)]
        parent = subprocess.Popen(
            [sys.executable, "-c", code, way, *map(str, files)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stderr=subprocess.DEVNULL,
        )
        while not all(file.is_file() and file.read_text() for file in files):
            assert parent.poll() is None
            time.sleep(0.02)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(timeout=10) != 0
        assert all(_gone(int(file.read_text())) for file in files)


def test_parallel_results_keep_their_order_and_errors_come_through() -> None:
    assert run_parallel(lambda n: n * n, range(5)) == (0, 1, 4, 9, 16)
    assert run_parallel(str, ()) == ()
    with pytest.raises(ZeroDivisionError):
        run_parallel(lambda n: 1 // n, (1, 0, 2))


def test_an_error_in_one_thread_ends_the_programs_of_the_others() -> None:
    def work(kind: str) -> None:
        if kind == "fail":
            time.sleep(0.5)
            raise LookupError
        run([sys.executable, "-c", SLEEPER])

    started = time.monotonic()
    with pytest.raises(LookupError):
        run_parallel(work, ("fail", "sleep"))
    assert time.monotonic() - started < 20
