"""What decisions rest on beside the component itself."""

from __future__ import annotations

from migrator.discover import Config, parse_config
from migrator.model import RepoPath, Resource, resource_of
from migrator.plan import is_argo_cd
from migrator.render_roots import BUILT, Build


def _build(*resources: Resource) -> Build:
    return Build(environment="dev", root=RepoPath("overlays/dev"), status=BUILT, resources=resources)


def _application(api: str) -> Resource:
    return resource_of({"apiVersion": api, "kind": "Application", "metadata": {"name": "x", "namespace": "argocd"}})


def test_argo_cd_is_there_where_the_configuration_says_so_or_an_application_is() -> None:
    other = _build(_application("app.k8s.io/v1"))
    assert is_argo_cd(Config(), [other, _build(_application("argoproj.io/v1alpha1"))])
    assert is_argo_cd(parse_config(b"gitops: argocd"), [other])
    assert not is_argo_cd(Config(), [other])
