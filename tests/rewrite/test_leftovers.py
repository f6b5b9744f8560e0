"""What is followed in odd places, and what no reader followed: a text that still names what moved is listed."""

from __future__ import annotations

import textwrap

import pytest
from moved_tree import followed, moves

from migrator.model import RepoPath
from migrator.rewrite.automation.follow import follow


def named(path: str, text: str) -> list[tuple[str, int, list[str]]]:
    """Severity, line and what is said of each leftover."""
    found = follow({RepoPath(path): textwrap.dedent(text).encode()}, moves())
    assert not found.files
    return [
        (each.severity.value, each.span.line if each.span else 0, [*each.evidence] or [each.summary])
        for each in found.diagnostics
        if each.code == "MIG654"
    ]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("Jenkinsfile", "stage {\n  sh 'kubectl apply -k overlays/prod'\n}\n", 2),
        ("skaffold.yaml", "manifests:\n  kustomize:\n    paths: [overlays/prod]\n", 3),
        (".pre-commit-config.yaml", "files: ^overlays/prod/.*\\.yaml$\n", 1),
        (".gitattributes", "/overlays/prod/*.yaml text\n", 1),
        ("ci/notes.yaml", "see: ../overlays/prod/patch.yaml\n", 1),
        ("deploy.sh", 'echo "$(date)" overlays/prod\n', 1),
        ("tool.toml", "# overlays/prod2\npath = 'base/db/db.yaml'\n", 2),
    ],
)
def test_what_no_reader_followed_is_named(path: str, text: str, line: int) -> None:
    ((severity, at, (summary,)),) = named(path, text)
    assert (severity, at, "now" in summary) == ("warning", line, True)


def test_prose_and_comments_weigh_less() -> None:
    readme = "See `overlays/prod` and [the database](base/db/db.yaml).\n\nNothing else, not overlays/dev.\n"
    ((severity, line, lines),) = named("README.md", readme)
    assert (severity, line) == ("info", 1)
    assert [each.partition(" ")[2].partition(" ")[0] for each in lines] == ["1:", "1:"]
    assert [each[0] for each in named("tool.toml", "# as in overlays/prod\n")] == ["info"]
    ((severity, line, _),) = named("tool.toml", "# as in overlays/prod\n\na = 'overlays/prod'\n")
    assert (severity, line) == ("warning", 3)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.toml", "u = 'https://example.org/overlays/prod'"),
        ("a.toml", "u = 'overlays/prod2' 'x/overlays/prod' 'overlays/dev'"),
        ("a.png", "\0overlays/prod"),
        ("overlays/kustomization.yaml", "resources: [overlays/prod]"),
    ],
)
def test_what_only_looks_like_it_is_not_named(path: str, text: str) -> None:
    assert named(path, text) == []


def test_a_pipeline_that_is_included_is_a_pipeline() -> None:
    files = {
        ".gitlab-ci.yml": "include:\n- local: /ci/*.yml\n- project: other/repository\n  file: /x/b.yml\n",
        "ci/a.yml": "include: ci2/c.yml\na: {script: [kubectl apply -k overlays/prod]}\n",
        "ci2/c.yml": "variables: {TARGET: overlays/prod}\n",
        "x/b.yml": "a: {script: [kubectl apply -k overlays/prod]}\n",
    }
    found = follow({RepoPath(path): text.encode() for path, text in files.items()}, moves())
    assert {path: b"environments/prod" in data for path, data in found.files.items()} == {
        "ci/a.yml": True,
        "ci2/c.yml": True,
    }
    assert [each.span.path for each in found.diagnostics if each.code == "MIG654" and each.span] == ["x/b.yml"]


def test_where_a_step_of_a_workflow_is_run() -> None:
    text = """\
        jobs:
          a:
            defaults: {run: {working-directory: overlays/prod}}
            steps:
            - run: cat patch.yaml
            - run: cat overlays/prod/patch.yaml
              working-directory: ${{ github.workspace }}
            - run: |
                cd made/later
                cat x.yaml
        """
    after, notes = followed(".github/workflows/a.yaml", text)
    assert after == textwrap.dedent(text).replace("overlays/prod", "environments/prod")
    assert notes == []


def test_popd_goes_back() -> None:
    text = (
        "pushd overlays/prod\ncat patch.yaml\npopd\ncat overlays/prod/patch.yaml\npopd\ncat overlays/prod/patch.yaml\n"
    )
    after, notes = followed("a.sh", text)
    assert after == text.replace("overlays/prod", "environments/prod", 2)
    assert [(line, "not known here" in summary) for line, summary in notes] == [(6, True)]
