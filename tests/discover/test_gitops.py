"""`gitops` of migrate.yaml: the word of a tool or a map, and what it must not be."""

from __future__ import annotations

import pytest

from migrator.diagnostics import MigrateError
from migrator.discover import ArgoCd, DeployedEnvironment, Flux, GitOps, parse_config

FULL = b"""\
gitops:
  tool: argocd
  repo_url: https://git.example.org/team/platform.git
  revision: trunk
  argocd: {namespace: cd, tracking: label, source: chart}
  flux: {namespace: gitops, source: git, version: "v2.4.1"}
  environments:
    prod: {cluster: https://prod.example.org, automated: false}
    dev: {automated: true}
"""


def test_every_key_is_read() -> None:
    assert parse_config(FULL).gitops == GitOps(
        tool="argocd",
        repo_url="https://git.example.org/team/platform.git",
        revision="trunk",
        argocd=ArgoCd(namespace="cd", tracking="label", source="chart"),
        flux=Flux(namespace="gitops", source="git", version=(2, 4)),
        environments={
            "dev": DeployedEnvironment(automated=True),
            "prod": DeployedEnvironment(cluster="https://prod.example.org", automated=False),
        },
    )


def test_a_word_is_the_tool_alone_and_nothing_is_needed() -> None:
    assert parse_config(b"gitops: flux\n").gitops == GitOps(tool="flux")
    assert parse_config(b"gitops: {argocd: {}, flux: {namespace: f}}\n").gitops == GitOps(flux=Flux(namespace="f"))
    assert parse_config(b"roots: [a]\n").gitops == GitOps()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("gitops: argo\n", r"gitops: must be one of argocd, flux, none, not 'argo', did you mean .*MIG104"),
        ("gitops: {tool: helm}\n", r"gitops.tool: must be one of"),
        ("gitops:\n  repo-url: x\n", r"migrate.yaml:2.*unknown field 'repo-url', did you mean 'repo_url'"),
        ("gitops: {argocd: {tracking: labels}}\n", r"gitops.argocd.tracking: must be one of annotation, label"),
        ("gitops: {flux: {source: path}}\n", r"gitops.flux.source: must be one of chart, git"),
        ("gitops: {argocd: [path]}\n", r"gitops.argocd: must be a mapping"),
        ("gitops: {flux: {version: newest}}\n", r'gitops.flux.version: must be a version as "2.4"'),
        ("gitops: {flux: {version: 2.4}}\n", r"gitops.flux.version: must be a text: quote it"),
        ("gitops: {environments: {prod: {automated: yes please}}}\n", r"prod.automated: must be true or false"),
        ("gitops: {environments: {prod: {cluster: 3}}}\n", r"prod.cluster: must be a text"),
        ("gitops: {revision: ''}\n", r"gitops.revision: must be a text that is not empty"),
    ],
)
def test_what_it_cannot_be_is_an_error_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(MigrateError, match=problem):
        parse_config(text.encode())
