"""What a warning says of what nothing deploys."""

from __future__ import annotations

from migrator.gitops.emit.units import Unit
from migrator.model import RepoPath, resource_of
from migrator.workflow.gitops.unowned import told_of_alone


def unit(path: str, version: str, kind: str) -> Unit:
    body = {"apiVersion": version, "kind": kind, "metadata": {"name": "one", "namespace": "tools"}}
    held = (resource_of(body),)
    return Unit(environment="prod", name="", path=RepoPath(path), namespace="", objects=held, is_infrastructure=False)


def test_what_is_applied_by_hand_to_begin_with_is_not_among_it() -> None:
    bootstrap = unit("bootstrap", "kustomize.toolkit.fluxcd.io/v1", "Kustomization")
    assert told_of_alone([bootstrap]) == ()
    (told,) = told_of_alone([bootstrap, unit("tools/prod", "v1", "ConfigMap")])
    assert (told.code, told.evidence) == ("MIG681", ("tools/prod",))
