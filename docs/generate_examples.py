"""Runs the examples of README.md and docs/tutorial.md and puts their real output in place.

python docs/generate_examples.py        # a test fails when a page is out of date
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from migrator.cli.app import run

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "tutorial.md")
PLACE = re.compile(
    r"(<!-- example: (?P<name>[\w-]+) -->\n```(?P<language>\w+)\n)(?P<text>.*?)(```\n<!-- end -->)", re.DOTALL
)


def examples() -> dict[str, str]:
    """Name -> what the reader would see; the commands of the tutorial, in its order, on a private copy."""
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "simple-app"
        shutil.copytree(ROOT / "fixtures" / "simple-app", app)
        git(app, "init", "-q", "-b", "main")
        git(app, "add", "-A")
        git(app, "commit", "-q", "-m", "before")
        shown = {"plan": migrate("plan", app), "apply": migrate("apply", app)}
        database = app / "helm-charts" / "databases" / "tiny-db"
        shown["values"] = (database / "values.yaml").read_text()
        shown["values-prod"] = (database / "values-prod.yaml").read_text()
        shown["overlay"] = changed_lines(git(app, "diff", "--unified=1", "overlays/prod/kustomization.yaml"))
        shown["again"] = migrate("plan", app, "--detailed-exitcode").splitlines()[0] + "\n"
        shown["audit"] = migrate("audit", app)
    commands = {"apply": "migrate apply /tmp/simple-app", "again": "migrate plan /tmp/simple-app", "plan": PLAN}
    commands["audit"] = "migrate audit /tmp/simple-app"
    mirrored = " --chart-mirror fixtures/charts --offline"
    return {
        name: f"$ {commands[name]}{mirrored}\n{text}" if name in commands else text for name, text in shown.items()
    } | {"output": shown["plan"].replace("/tmp/simple-app", "fixtures/simple-app")}  # noqa: S108


PLAN = "migrate plan /tmp/simple-app"


def migrate(command: str, app: Path, *more: str) -> str:
    """What the command prints, diagnostics first as a terminal shows them."""
    out = io.StringIO()
    mirror = str(ROOT / "fixtures" / "charts")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        run([command, str(app), "--chart-mirror", mirror, "--offline", *more])
    shown = out.getvalue()
    return shown.replace(str(app), "/tmp/simple-app").replace(mirror, "fixtures/charts")  # noqa: S108 - as the tutorial says


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def changed_lines(diff: str) -> str:
    """A diff without its header."""
    lines = diff.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("@@"))
    return "\n".join(line for line in lines[start:] if not line.startswith("@@")) + "\n"


def filled(page: str, shown: dict[str, str]) -> str:
    """The page with the outputs in their places."""
    return PLACE.sub(lambda found: found[1] + shown[found["name"]] + found[5], page)


def main() -> None:
    shown = examples()
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8"), shown), encoding="utf-8")


if __name__ == "__main__":
    main()
