"""Automation follows what moved: only the characters of paths change, and what cannot be followed is named."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moved_tree import CHART, GONE, followed, moves

from migrator.model import RepoPath
from migrator.rewrite.automation.follow import follow
from migrator.rewrite.automation.paths.moves import moves_of


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("kustomize build overlays/prod", "kustomize build environments/prod"),
        ("kustomize build ./overlays/prod/ | kubectl apply -f -", "kustomize build ./environments/prod/ | kubectl apply -f -"),
        ("kubectl apply -k 'overlays/prod'", "kubectl apply -k 'environments/prod'"),
        ('cat "overlays/prod"/patch.yaml', 'cat "environments/prod"/patch.yaml'),
        ("kubectl apply --kustomize=overlays/prod", "kubectl apply --kustomize=environments/prod"),
        ("cd overlays && kustomize build prod", "cd overlays && kustomize build ../environments/prod"),
        ("(cd overlays/prod; cat patch.yaml)", "(cd environments/prod; cat patch.yaml)"),
        ("cd overlays/prod\ncat ../../base/kustomization.yaml", "cd environments/prod\ncat ../../base/kustomization.yaml"),
        ("D=overlays/prod\ncat $D/patch.yaml", "D=environments/prod\ncat $D/patch.yaml"),
        ('R="$(git rev-parse --show-toplevel)"\nls "$R/overlays/prod"', 'R="$(git rev-parse --show-toplevel)"\nls "$R/environments/prod"'),
        ('cd "$(dirname "$0")/.."\nls overlays/prod', 'cd "$(dirname "$0")/.."\nls environments/prod'),
        ("ls ${D:-overlays/prod}", "ls ${D:-environments/prod}"),
        ("x=$(kustomize build overlays/prod)", "x=$(kustomize build environments/prod)"),
        ("ls overlays/prod/*.yaml", "ls environments/prod/*.yaml"),
        ("kustomize build overlays/prod > overlays/prod/made.yaml", "kustomize build environments/prod > environments/prod/made.yaml"),
        ('cat "overlays/prod/$NAME"', 'cat "environments/prod/$NAME"'),
        ("echo grün; ls overlays/prod", "echo grün; ls environments/prod"),
    ],
)  # fmt: skip
def test_a_shell_script_is_followed(line: str, after: str) -> None:
    for crlf in (False, True) if "\n" not in line else (False,):
        assert followed("scripts/deploy.sh", f"#!/bin/sh\n{line}\n", crlf=crlf) == (f"#!/bin/sh\n{after}\n", [])


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('cat "$(dirname "$0")/patch.yaml"\n', 'cat "$(dirname "$0")/patch.yaml"\n'),
        ('cd "$(dirname "$0")"\ncat patch.yaml\n', 'cd "$(dirname "$0")"\ncat patch.yaml\n'),
        ('pushd "$(dirname "$0")/../.."\nls overlays/prod\n', 'pushd "$(dirname "$0")/../.."\nls environments/prod\n'),
    ],
)
def test_a_script_that_moves_with_what_it_names_keeps_its_words(text: str, after: str) -> None:
    script = RepoPath("overlays/prod/run.sh")
    files = {**moves().files, script: RepoPath("environments/prod/run.sh")}
    moved = moves_of(files, moves().before | {script}, moves().after | {files[script] or script}, moves().heirs)
    found = follow({script: text.encode()}, moved)
    assert found.files.get(script, text.encode()).decode() == after
    assert [each for each in found.diagnostics if each.code != "MIG650"] == []


@pytest.mark.parametrize(
    "line",
    [
        "# kustomize build overlays/prod",
        "kustomize build overlays/prod2",
        "kustomize build my-overlays/prod",
        "kustomize build other/overlays/prod",
        "git clone https://github.com/team/overlays/prod",
        "kubectl apply -k github.com/team/repository//overlays/prod?ref=main",
        "kubectl apply -k /etc/overlays/prod",
        "docker pull overlays/prod",
        "kubectl get base/db",
        "echo overlays/prod",
        "git checkout overlays/prod",
        "scp host:/overlays/prod .",
        "cd overlays; kubectl apply -f -; chmod u+x,g-w ../run.sh; chmod 0755 ../run.sh",
        "cd base; cat > new/one.yaml",
    ],
)
def test_what_only_looks_like_the_path_is_left_alone(line: str) -> None:
    assert followed("deploy.sh", f"{line}\n") == (f"{line}\n", [])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("for e in dev prod; do kustomize build overlays/$e; done", "computed"),
        ("cd $SOMEWHERE; cat overlays/prod/patch.yaml", "not known here"),
        ("kustomize build base/db", CHART),
        ("ls overlays/*/kustomization.yaml", "does not match the same files"),
        ("sh -c 'kustomize build overlays/prod'", "stands in a text"),
        ("cat <<END\npath: overlays/prod\nEND", "stands in a text"),
        ("git show HEAD:overlays/prod/patch.yaml", "behind HEAD"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line(line: str, says: str) -> None:
    text = f"#!/bin/bash\n\n{line}\n"
    after, notes = followed("deploy.sh", text)
    assert after == text
    assert [(at >= 3, says in summary) for at, summary in notes] == [(True, True)]


def test_a_workflow_is_followed_and_its_filters_with_it() -> None:
    text = """\
        on:
          push:
            paths: ['overlays/prod/**', "!overlays/prod/*.md", 'base/db/**']  # overlays/prod
        env: &env {DIR: overlays/prod}
        jobs:
          a:
            env: *env
            steps:
            - name: overlays/prod
              run: |
                # overlays/prod
                kustomize build "overlays/prod"
                cat ${{ github.workspace }}/overlays/prod/patch.yaml
                kustomize build overlays/${{ matrix.env }}
            - run: cat patch.yaml
              working-directory: overlays/prod
            - run: >-
                kustomize build
                overlays/prod
          other:
            steps:
            - uses: actions/checkout@v4
              with: {repository: team/other}
            - run: kustomize build overlays/prod
        """
    for crlf in (False, True):
        after, notes = followed(".github/workflows/ci.yml", text, crlf=crlf)
        wanted = textwrap.dedent(text)
        for old in ("'overlays/prod/**'", '"!overlays/prod/', "DIR: overlays/", '"overlays/prod"', "}/overlays/prod"):
            wanted = wanted.replace(old, old.replace("overlays", "environments"))
        wanted = wanted.replace("directory: overlays", "directory: environments").replace(
            "'base/db/**'", f"'{CHART}/**'"
        )
        wanted = wanted.replace("build\n        overlays/prod", "build\n        environments/prod")
        assert after == wanted
        assert [(line, "computed" in said) for line, said in notes] == [(14, True), (24, False)]


def test_a_filter_that_no_longer_lets_a_chart_through_is_named() -> None:
    text = "on:\n  push:\n    paths:\n      - '**/db.yaml'\n      - base/db/kustomization.yaml\n"
    after, notes = followed(".github/workflows/ci.yml", text)
    assert after == text
    assert [line for line, said in notes if f"changes in {CHART} pass none" in said] == [4]


def test_a_chart_in_the_place_of_its_manifests_needs_no_other_filter() -> None:
    chart = RepoPath("base/db/tiny")
    gone = dict.fromkeys(map(RepoPath, GONE))
    after = frozenset({RepoPath(f"{chart}/Chart.yaml"), RepoPath(f"{chart}/values.yaml")})
    in_place = moves_of(gone, frozenset(gone), after, dict.fromkeys(gone, chart))
    workflow = RepoPath(".github/workflows/ci.yml")
    owners = RepoPath("CODEOWNERS")
    found = follow({workflow: b"on:\n  push:\n    paths: [base/db/**]\n", owners: b"/base/db/ @dba\n"}, in_place)
    assert (dict(found.files), found.diagnostics) == ({}, ())


def test_a_pipeline_is_followed() -> None:
    text = """\
        deploy:
          rules: [{changes: [overlays/prod/**/*]}]
          script:
            - &build "kustomize build overlays/prod"
            - *build
        include:
          - {project: team/other, file: overlays/prod/patch.yaml}
          - local: /overlays/prod/patch.yaml
        """
    after, notes = followed(".gitlab-ci.yml", text)
    wanted = textwrap.dedent(text).replace("overlays/prod", "environments/prod")
    assert after == wanted.replace("file: environments", "file: overlays")
    assert notes == []


def test_a_makefile_is_followed() -> None:
    text = """\
        ENV ?= prod
        DIR := overlays/prod
        # overlays/prod
        build: overlays/prod/patch.yaml
        \t@kustomize build $(DIR)
        \tkustomize build overlays/prod && \\
        \t  kustomize build $(CURDIR)/overlays/prod
        \tkustomize build overlays/$(ENV)
        \tfor e in $(ENVS); do kustomize build overlays/$$e; done
        """
    for crlf in (False, True):
        after, notes = followed("Makefile", text, crlf=crlf)
        wanted = textwrap.dedent(text).replace("overlays/prod", "environments/prod")
        assert after == wanted.replace("# environments", "# overlays")
        assert [(line, "computed" in said) for line, said in notes] == [(8, True), (9, True)]


def test_python_is_followed() -> None:
    text = '''\
        """Deploys overlays/prod."""
        import os, subprocess
        from pathlib import Path
        ROOT = Path(__file__).resolve().parent.parent
        PATCH = ROOT / "overlays" / "prod" / "patch.yaml"
        subprocess.run(["kustomize", "build", "overlays/prod"], check=True)  # overlays/prod
        subprocess.run(["cat", "patch.yaml"], cwd="overlays/prod")
        os.path.join("overlays", 'prod')
        print("now overlays/prod is built")
        name = f"overlays/{env}/patch.yaml"
        '''
    for crlf in (False, True):
        after, notes = followed("tools/deploy.py", text, crlf=crlf)
        wanted = textwrap.dedent(text)
        for old in ('"overlays" /', '"build", "overlays', 'cwd="overlays', 'join("overlays'):
            wanted = wanted.replace(old, old.replace("overlays", "environments"))
        assert after == wanted
        assert [(line, "computed" in said) for line, said in notes] == [(9, False), (10, True)]


def test_owners_follow_and_who_would_own_nothing_any_more_is_named() -> None:
    text = "# overlays/prod\n* @all\n/overlays/prod/ @ops # who\nbase/db @dba\noverlays/*/patch.yaml @sec\n"
    after, notes = followed(".github/CODEOWNERS", text)
    assert after == (
        f"# overlays/prod\n* @all\n/environments/prod/ @ops # who\n{CHART} @dba\noverlays/*/patch.yaml @sec\n"
    )
    assert [line for line, _ in notes] == [5]
    assert "@sec owned overlays/prod/patch.yaml" in notes[0][1]


def test_renovate_is_followed_and_sees_the_values_of_environments() -> None:
    text = """\
        {
          // overlays/prod
          "kustomize": {"fileMatch": ["^overlays/prod/.+\\\\.ya?ml$"]},
          "packageRules": [{"matchFileNames": ["overlays/prod/**", "base/db/**"]}]
        }
        """
    after, notes = followed("renovate.json", text)
    lines = after.splitlines()
    assert lines[1:4] == [
        '  "helm-values": {',
        '    "managerFilePatterns": ["/(^|/)values(-[^/]+)?\\\\.ya?ml$/"]',
        "  },",
    ]
    assert lines[4:] == [
        "  // overlays/prod",
        '  "kustomize": {"fileMatch": ["^environments/prod/.+\\\\.ya?ml$"]},',
        f'  "packageRules": [{{"matchFileNames": ["environments/prod/**", "{CHART}/**"]}}]',
        "}",
    ]
    assert notes == []


def test_dependabot_is_followed() -> None:
    text = 'updates:\n- directory: "/overlays/prod"  # x\n- directories: [/base/db, /overlays/dev]\n'
    wanted = text.replace("/overlays/prod", "/environments/prod").replace("/base/db", f"/{CHART}")
    assert followed(".github/dependabot.yml", text) == (wanted, [])


GITOPS = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      annotations:
        argocd-image-updater.argoproj.io/write-back-target: "kustomization:/overlays/prod"
    spec:
      source: &here
        repoURL: https://example.org/team/repository.git
        path: overlays/prod  # prod
    ---
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    spec: {path: ./overlays/prod, sourceRef: {kind: GitRepository, name: flux-system}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    spec:
      generators:
      - git: {repoURL: https://example.org/team/repository.git, directories: [{path: overlays/*}]}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    spec:
      sources:
      - {repoURL: https://example.org/team/other.git, path: overlays/prod}
      - {repoURL: https://example.org/team/other.git, path: only/there}
    """


def test_gitops_objects_are_followed_and_those_of_another_repository_are_not() -> None:
    after, notes = followed("apps.yaml", GITOPS)
    wanted = textwrap.dedent(GITOPS)
    for old in ("kustomization:/overlays", "path: overlays/prod  #", "./overlays/prod"):
        wanted = wanted.replace(old, old.replace("overlays", "environments"))
    assert after == wanted
    assert [(line, "overlays/* does not match" in said) for line, said in notes] == [(19, True)]


def test_what_is_rendered_is_not_changed() -> None:
    """A change of it would be one of the cluster, which the proof refuses; a script in a ConfigMap runs elsewhere."""
    script = RepoPath("base/run.sh")
    files = {RepoPath("apps.yaml"): textwrap.dedent(GITOPS).encode(), script: b"ls overlays/prod\n"}
    found = follow(files, moves(), frozenset(files))
    assert found.files == {}
    assert {each.span.path for each in found.diagnostics if each.span} == {"apps.yaml"}
    assert any("should read 'path: environments/prod  # prod'" in each.summary for each in found.diagnostics)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("deploy.sh", b"if then overlays/prod (\n"),
        ("deploy.sh", b"kustomize build overlays/prod\0\n"),
        ("deploy.sh", b"kustomize build overlays/prod \xff\n"),
        ("deploy.sh", "kustomize build overlays/prod\n".encode("utf-16")),
        ("deploy.sh", b"kustomize build overlays/prod\n" * 50_000),
        ("deploy.py", b"def overlays/prod(:\n"),
        ("renovate.json", b'{"includePaths": ["overlays/prod"'),
        (".github/workflows/ci.yml", b"on: [overlays/prod\n"),
        ("CODEOWNERS", "/overlays/prod @a\n".encode("utf-16")),
    ],
)
def test_what_cannot_be_read_is_left_alone_and_named(path: str, data: bytes) -> None:
    found = follow({RepoPath(path): data}, moves())
    assert found.files == {}
    assert [(each.code, each.span and each.span.path) for each in found.diagnostics] == [("MIG652", path)]


KINDS = st.sampled_from(
    ["a.sh", "a.py", "Makefile", "CODEOWNERS", "renovate.json", ".github/workflows/a.yml", ".gitlab-ci.yml", "a.yaml"]
)
WORDS = st.sampled_from(
    ["overlays/prod2", "overlays/dev", "x/overlays/prod", "overlays", "$X", '"', "'", "\n", "\r\n", " ", "#", ":", "- ",
     "cd ", "run: |\n  ", "{", "}", "[", "]", "é", "\t", "argoproj.io", "path: ", "kustomize build ", "=", "(", ")"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(path=KINDS, words=st.lists(WORDS, max_size=25))
def test_a_text_that_names_nothing_that_moved_keeps_its_bytes(path: str, words: list[str]) -> None:
    data = "".join(words).encode()
    nothing = moves_of({}, frozenset(moves().before), frozenset(moves().before))
    assert follow({RepoPath(path): data}, nothing).files == {}


@settings(max_examples=300, deadline=None)
@given(path=KINDS, words=st.lists(st.one_of(WORDS, st.just("overlays/prod"), st.just("base/db")), max_size=25))
def test_only_the_path_differs(path: str, words: list[str]) -> None:
    """Taking the new paths back gives the old bytes: nothing else was touched."""
    data = "".join(words).encode()
    after = follow({RepoPath(path): data}, moves()).files.get(RepoPath(path))
    if after is not None:
        text = after.decode().replace("environments/", "overlays/").replace(CHART, "base/db")
        added = '"helm-values": {'
        assert text == data.decode() or added in text or "../" in text


EACH = {f"overlays/{name}/kustomization.yaml": f"environments/{name}/kustomization.yaml" for name in ("dev", "prod")}


def computed(script: str, more: dict[str, str | None] | None = None, *, stays: str = "") -> tuple[str, int]:
    """A script of computed paths afterwards, and how many of them a person has to look at."""
    files = {RepoPath(old): RepoPath(new) if new else None for old, new in {**EACH, **(more or {})}.items()}
    before = frozenset(files) | ({RepoPath(stays)} if stays else frozenset())
    after = frozenset(new for new in files.values() if new) | (before - files.keys())
    path = RepoPath("scripts/build.sh")
    found = follow({path: script.encode()}, moves_of(files, before, after))
    return found.files.get(path, script.encode()).decode(), sum(each.code == "MIG651" for each in found.diagnostics)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('kustomize build "overlays/$1"', 'kustomize build "environments/$1"'),
        ("for e in dev prod; do ls ./overlays/$e/; done", "for e in dev prod; do ls ./environments/$e/; done"),
        ("cat overlays/${ENV:-prod}/kustomization.yaml", "cat environments/${ENV:-prod}/kustomization.yaml"),
        (
            'R="$(git rev-parse --show-toplevel)"\nls "$R/overlays/$1"',
            'R="$(git rev-parse --show-toplevel)"\nls "$R/environments/$1"',
        ),
    ],
)
def test_a_variable_between_what_moved_in_one_way_is_followed(line: str, after: str) -> None:
    assert computed(line + "\n") == (after + "\n", 0)


@pytest.mark.parametrize(
    ("line", "more", "stays"),
    [
        ('ls "overlays/$1"\n', {}, "overlays/dr/kustomization.yaml"),
        ('ls "overlays/$1"\n', {"overlays/dr/x.yaml": "elsewhere/x.yaml"}, ""),
        ('cat "overlays/$1/x.yaml"\n', {"overlays/prod/x.yaml": None}, ""),
        ('cat "overlays/$1/$2"\n', {}, "overlays/notes.txt"),
    ],
)
def test_a_variable_between_what_moved_in_several_ways_is_told(
    line: str, more: dict[str, str | None], stays: str
) -> None:
    assert computed(line, more, stays=stays) == (line, 1)
