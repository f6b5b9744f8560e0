"""What git says about a repository, and a commit's files in a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.engines import EngineError, dirty_paths, export, head_commit, is_repository, resolve_commit, tree_digest

IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, input=stdin, env={**os.environ, **IDENTITY}, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "apps" / "api").mkdir(parents=True)
    (root / "apps" / "api" / "a.yaml").write_text("a: 1\n")
    (root / "README.md").write_text("hello\n")
    script = root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "first")
    return root


def test_no_repository(tmp_path: Path) -> None:
    assert not is_repository(tmp_path)
    assert head_commit(tmp_path) is None
    assert tree_digest(tmp_path) is None
    with pytest.raises(EngineError) as caught:
        dirty_paths(tmp_path)
    assert caught.value.diagnostic.code == "MIG121"


def test_repository_without_commit(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("")
    assert is_repository(tmp_path)
    assert head_commit(tmp_path) is None
    assert dirty_paths(tmp_path) == ("a",)


def test_commit_and_tree(repository: Path) -> None:
    commit = _git(repository, "rev-parse", "HEAD")
    assert head_commit(repository) == head_commit(repository / "apps") == commit
    assert resolve_commit(repository, "main") == commit
    assert resolve_commit(repository, "no-such") is None
    assert resolve_commit(repository, "--help") is None
    assert tree_digest(repository) == _git(repository, "rev-parse", "HEAD^{tree}")
    assert tree_digest(repository / "apps") == _git(repository, "rev-parse", "HEAD:apps")


def test_dirty_paths(repository: Path) -> None:
    assert dirty_paths(repository) == ()
    (repository / "apps" / "api" / "a.yaml").write_text("a: 2\n")
    (repository / "apps" / "née new.yaml").write_text("")
    (repository / ".gitignore").write_text("*.log\n")
    (repository / "x.log").write_text("")
    _git(repository, "mv", "README.md", "READ.md")
    assert dirty_paths(repository) == (".gitignore", "READ.md", "README.md", "apps/api/a.yaml", "apps/née new.yaml")
    assert dirty_paths(repository / "apps") == ("api/a.yaml", "née new.yaml")


def test_hooks_of_git_itself_do_not_lead_it_astray(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/somewhere/else")
    monkeypatch.setenv("GIT_INDEX_FILE", "/somewhere/else/index")
    assert dirty_paths(repository) == ()


def test_configuration_of_the_repository_runs_nothing(repository: Path) -> None:
    marker = repository.parent / "ran"
    script = repository.parent / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    _git(repository, "config", "core.fsmonitor", str(script))
    dirty_paths(repository)
    assert not marker.exists()


def test_index_is_not_written(repository: Path) -> None:
    (repository / "README.md").touch()
    before = (repository / ".git" / "index").read_bytes()
    dirty_paths(repository)
    assert (repository / ".git" / "index").read_bytes() == before


def test_export(repository: Path, tmp_path: Path) -> None:
    (repository / "apps" / "link.yaml").symlink_to("api/a.yaml")
    (repository / ".gitattributes").write_text("README.md export-ignore\n")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-q", "-m", "second")
    (repository / "README.md").write_text("changed since\n")
    target = tmp_path / "out"
    exported = export(repository, "HEAD", target)
    assert exported.files == (".gitattributes", "README.md", "apps/api/a.yaml", "apps/link.yaml", "run.sh")
    assert exported.skipped == ()
    assert (target / "README.md").read_text() == "hello\n"
    assert (target / "apps" / "link.yaml").readlink() == Path("api/a.yaml")
    assert os.access(target / "run.sh", os.X_OK)
    assert not os.access(target / "README.md", os.X_OK)


def test_export_of_a_folder_has_paths_below_it(repository: Path, tmp_path: Path) -> None:
    assert export(repository / "apps", "main", tmp_path / "out").files == ("api/a.yaml",)
    assert (tmp_path / "out" / "api" / "a.yaml").read_text() == "a: 1\n"


def test_export_of_an_unknown_ref(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        export(repository, "no-such", tmp_path / "out")
    assert caught.value.diagnostic.code == "MIG120"
    assert not (tmp_path / "out").exists()


def test_export_skips_submodules_and_links_that_lead_out(repository: Path, tmp_path: Path) -> None:
    (repository / "absolute").symlink_to("/etc/passwd")
    (repository / "up").symlink_to("../outside")
    (repository / "apps" / "inside").symlink_to("../README.md")
    _git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor")
    _git(repository, "add", "absolute", "up", "apps/inside")
    _git(repository, "commit", "-q", "-m", "links")
    exported = export(repository, "HEAD", tmp_path / "out")
    leads_out = "a symbolic link that leads out of the repository"
    assert exported.skipped == (("absolute", leads_out), ("up", leads_out), ("vendor", "a submodule"))
    assert (tmp_path / "out" / "apps" / "inside").read_text() == "hello\n"


def test_export_never_writes_through_a_hostile_tree(repository: Path, tmp_path: Path) -> None:
    """git itself refuses such trees in the index, but an object can hold them."""
    blob = _git(repository, "hash-object", "-w", "--stdin", stdin=b"owned\n")
    entry = b"100644 ../evil\0" + bytes.fromhex(blob)
    tree = _git(repository, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", stdin=entry)
    commit = _git(repository, "commit-tree", tree, "-m", "evil")
    (tmp_path / "deep").mkdir()
    exported = export(repository, commit, tmp_path / "deep" / "out")
    assert exported.files == ()
    assert not (tmp_path / "deep" / "evil").exists()


@pytest.mark.parametrize("name", ["x", "a=b", "with a space"])
@pytest.mark.parametrize("key", ["clean", "process"])
def test_no_program_of_the_repository_s_configuration_runs(
    repository: Path, tmp_path: Path, name: str, key: str
) -> None:
    ran = tmp_path / "ran"
    (repository / ".git/info").mkdir(exist_ok=True)
    (repository / ".git/info/attributes").write_text("* filter=x\n")
    section = f'[filter "{name}"]\n\t{key} = "touch {ran}; cat"\n\trequired = true\n'
    with (repository / ".git/config").open("a") as file:
        file.write(section if name == "x" else section + f'[filter "x"]\n\t{key} = "touch {ran}; cat"\n')
    later = (repository / "README.md").stat().st_mtime + 100
    os.utime(repository / "README.md", (later, later))
    assert dirty_paths(repository) == ()
    assert not ran.exists()
    subprocess.run(["git", "status"], cwd=repository, check=False, capture_output=True)
    assert ran.exists(), "git itself runs it"
