"""No command prints what stands where secrets do, whatever kind of place that is."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from cli_support import Migrate, commit_all, committed
from planted_secrets import COUNT, change_all, leaks, plant, planted

from migrator import api
from migrator.engines import find_tools

BEFORE = (("plan", "text"), ("plan", "json"), ("apply --diff", "markdown"), ("explain tiny-monitor --repo", "json"))
AFTER = (("verify", "text"), ("verify", "json"), ("verify", "markdown"), ("apply --relock --diff", "text"))

HYBRID = {
    "handover": ("text", "json", "markdown"),
    "verify": ("text", "html", "junit", "github", "intoto"),
    "audit": ("text", "json", "markdown", "html", "junit", "sarif", "github", "gitlab"),
}
ANY = {
    "plan": ("markdown", "html"),
    "graph": ("json", "mermaid", "dot"),
    "charts": ("text", "json"),
    "explain tiny-monitor --repo": ("text",),
    "apply --diff --gitops flux": ("text", "html"),
    "apply --diff --gitops argocd": ("text",),
}


SAID_ONCE = ("plan", "graph", "charts", "verify", "audit", "handover")
"""What is asked once, and written in each format."""


def _once(call: Callable[..., object]) -> Callable[..., object]:
    answers: list[object] = []

    def asked(*given: object, **named: object) -> object:
        if not answers:
            answers.append(call(*given, **named))
        return answers[0]

    return asked


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIGRATE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_planted_secrets_are_not_printed(app: Path, mirror: Path, cache: Path, migrate: Migrate) -> None:
    plant(app)
    committed(app)
    offline = ("--offline", "--chart-mirror", mirror)
    told = [migrate(*words.split(), app, *offline, "--verbose", "--format", name) for words, name in BEFORE]
    told.append(migrate("apply", app, *offline))
    assert [each.code for each in told] == [0] * len(told)
    values = (app / "helm-charts/monitoring/tiny-monitor/values.yaml").read_text()
    assert planted(37) in values, "what is migrated has to be written"
    commit_all(app)
    change_all(app)
    more = [migrate(*words.split(), app, *offline, "--verbose", "--format", name) for words, name in AFTER]
    assert [each.code for each in more] == [3, 3, 3, 0]
    assert "frontend-settings" in more[0].out
    assert [line for each in (*told, *more) for line in leaks(each.out + each.err)] == []
    names = "\n".join(str(path) for path in sorted(cache.rglob("*")))
    assert list(leaks(names)) == []


@pytest.mark.usefixtures("cache")
def test_no_other_command_and_no_other_format_prints_them(
    app: Path, mirror: Path, migrate: Migrate, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(app)
    committed(app)
    offline = ("--offline", "--chart-mirror", mirror)

    def leaking(commands: Mapping[str, Sequence[str]]) -> list[str]:
        found = []
        for words, names in commands.items():
            with monkeypatch.context() as patch:
                for step in SAID_ONCE:
                    patch.setattr(api, step, _once(getattr(api, step)))
                for name in names:
                    told = migrate(*words.split(), app, *offline, "--format", name)
                    assert told.code != 1, (words, name, told.err)
                    found += [f"{words} {name}: {line}" for line in leaks(told.out + told.err)]
        return found

    tools, target = find_tools(), app.parent / "target.yaml"
    build = [tools.kustomize.path, "kustomize" if tools.kustomize.name == "kubectl" else "build"]
    target.write_bytes(subprocess.run([*build, app / "overlays/prod"], capture_output=True, check=True).stdout)
    told = migrate("infer", "--chart", mirror / "tiny-monitor", "--target", target, "--explain", "--budget", "5")
    assert told.out
    assert list(leaks(told.out + told.err)) == []
    assert leaking(ANY) == []
    told = migrate("accept", app, "tiny-monitor", "--up-to", "config", "--reason", "why", *offline)
    assert list(leaks(told.out + told.err)) == []
    assert migrate("apply", app, "--gitops", "argocd", "--allow-dirty", *offline).code == 0
    commit_all(app)
    change_all(app)  # what is told of a difference comes to what is told in any case
    assert leaking(HYBRID) == []


def test_what_holds_them_is_for_its_owner_alone(
    app: Path, mirror: Path, cache: Path, tmp_path: Path, migrate: Migrate
) -> None:
    plant(app)
    committed(app)
    saved = tmp_path / "plan.json"
    assert migrate("plan", app, "--offline", "--chart-mirror", mirror, "--out", saved).code == 0
    held = [path for path in (saved, *cache.rglob("*")) if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in held} == {0o600}
    assert list(leaks(saved.read_text()))


def test_an_output_that_holds_one_is_found() -> None:
    assert [line for number in range(1, COUNT + 1) for line in leaks(f"x{planted(number, 'b')}")] != []
