"""What a change does, as a comment that the next push renews: the very lines of the pipelines, run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from deployed_shop import lock, programs, written

from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.report.markdown.blocks import LIMIT


def step(root: Path, name: str) -> str:
    """The lines of a step of GitHub."""
    written(root, deployed(lock()), Wishes(platform="github"))
    jobs = yaml.safe_load((root / ".github/workflows/hybrid.yaml").read_text())["jobs"]
    (found,) = [each["run"] for each in jobs["difference"]["steps"] if each.get("name") == name]
    return str(found)


def script_of_gitlab(root: Path) -> str:
    written(root, deployed(lock()), Wishes(platform="gitlab"))
    (found,) = yaml.safe_load((root / ".gitlab/ci/hybrid.yml").read_text())["hybrid-difference"]["script"]
    return str(found)


def bash(text: str, folder: Path, env: Mapping[str, str], **more: str) -> int:
    command = ["bash", "-eo", "pipefail", "-c", text]
    return subprocess.run(
        command, cwd=folder, env={**env, **more}, capture_output=True, check=False, timeout=60
    ).returncode


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 0), (2, 0), (1, 1), (127, 127)])
def test_a_meant_change_passes_and_an_error_does_not(tmp_path: Path, code: int, expected: int) -> None:
    env = programs(tmp_path / "bin", migrate=f"echo differs; exit {code}")
    text = step(tmp_path, "What this change does to every environment")
    more = {"RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "BASE": "abc"}
    assert bash(text, tmp_path, env, **more) == expected
    assert (tmp_path / "summary").read_text() == "differs\n"
    assert Path(env["CALLS"]).read_text() == "migrate <verify> <.> <--base> <abc> <--format> <markdown>\n"


@pytest.mark.parametrize(
    ("known", "call"),
    [
        ("", "<POST> <repos/acme/shop/issues/7/comments>"),
        ("11\n12", "<PATCH> <repos/acme/shop/issues/comments/11>"),
    ],
)
def test_github_gets_one_comment_that_is_renewed(tmp_path: Path, known: str, call: str) -> None:
    env = programs(tmp_path / "bin", gh=f"[[ $* != *--paginate* ]] || printf '%s' $'{known!s}'".replace("\n", "\\n"))
    text = step(tmp_path, "Comment")
    more = {"RUNNER_TEMP": str(tmp_path), "GITHUB_REPOSITORY": "acme/shop", "NUMBER": "7"}
    assert bash(text, tmp_path, env, **more) == 0  # there is no difference, and so nothing to say
    assert not Path(env["CALLS"]).exists()
    (tmp_path / "difference.md").write_text("what differs\n" * (LIMIT // 13))  # longer ones migrate cuts itself
    assert bash(text, tmp_path, env, **more) == 0
    assert call in Path(env["CALLS"]).read_text()
    comment = (tmp_path / "comment.md").read_text()
    assert comment.startswith("<!-- migrate verify -->\nwhat differs\n")
    assert len(comment) < 65_536


@pytest.mark.parametrize(
    ("known", "call"), [("[]", "<POST>"), ('[{"id": 5, "body": "<!-- migrate verify -->\\nx"}]', "<PUT>")]
)
def test_gitlab_gets_one_comment_where_there_is_a_token(tmp_path: Path, known: str, call: str) -> None:
    env = programs(
        tmp_path / "bin", migrate="echo differs; exit 3", curl=f"[[ $* != *per_page* ]] || printf '%s' '{known}'"
    )
    text = script_of_gitlab(tmp_path)
    more = {"CI_API_V4_URL": "https://git", "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_IID": "2"}
    more["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = "abc"
    assert bash(text, tmp_path, env, **more) == 3
    assert "curl" not in Path(env["CALLS"]).read_text()
    assert bash(text, tmp_path, env, **more, MIGRATE_COMMENT_TOKEN="t") == 3
    last = Path(env["CALLS"]).read_text().splitlines()[-1]
    assert call in last
    assert "<body@comment.md>" in last
    assert ("/notes/5>" in last) == (call == "<PUT>")
