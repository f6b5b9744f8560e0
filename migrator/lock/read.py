"""The text of `.migrate/lock.yaml` -> a lock, with the place of everything that is wrong in it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from migrator.diagnostics import MigrateError
from migrator.lock.checksum import CHECKSUM, checksum
from migrator.lock.types import (
    LOCK_PATH,
    STAGES,
    Handover,
    Lock,
    LockedComponent,
    LockedDeployer,
    LockedEnvironment,
    LockedOwner,
    LockedRelease,
)
from migrator.lock.write import API_VERSION
from migrator.model import LeftOut, ReleaseContext, RepoPath, SourceSpan, is_name, mapping_of
from migrator.yamlio.fields import Field, FileKind, strict_file

T = TypeVar("T")

TOOLS = ("argocd", "flux")
KINDS = ("Application", "ApplicationSet", "Kustomization", "HelmRelease")

_FILE = FileKind(
    code="MIG601",
    remedy="restore .migrate/lock.yaml from git",
    prefix="the lock cannot be used: ",
    whole="the lock",
    is_read_once=True,
)


def load_lock(root: Path) -> Lock | None:
    """The lock of the repository at `root`, None where it has none; errors as `read_lock`."""
    try:
        data = (root / LOCK_PATH).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise MigrateError.of(
            "MIG601", f"cannot read the lock: {error.strerror}", span=SourceSpan(path=LOCK_PATH), remedy=_FILE.remedy
        ) from None
    return read_lock(data)


def read_lock(data: bytes | str, path: RepoPath = LOCK_PATH) -> Lock:
    """The lock that a text holds.

    Raises MigrateError MIG101 (YAML), MIG601 (a key is missing, unknown or of the wrong type, a path leaves the
    repository) or MIG602 (written by a version with another format), each with its line.
    """
    file = strict_file(data, path, _FILE)
    held = (file.child("apiVersion").value, file.child("kind").value)
    if held != (API_VERSION, "Lock"):
        raise MigrateError.of(
            "MIG602",
            f"the lock is {held[0]} {held[1]}; this version reads {API_VERSION} Lock",
            span=SourceSpan(path=path),
            remedy="use the version of migrate that wrote it, or restore the file",
        )
    optional = ("staying", "handover", CHECKSUM)
    file.refuse_others(("apiVersion", "kind", "baseline", "engines", "environments", "components", "proof", *optional))
    baseline, proof = file.child("baseline"), file.child("proof")
    baseline.needed().refuse_others(("commit", "tree"))
    proof.needed().refuse_others(("verdict", "digest", "rendered", "deploying"))
    commit = baseline.child("commit")
    engines = {name: each.string() for name, each in file.child("engines").needed().entries()}
    read_environment = partial(_environment, kube_version=engines.get("kubeVersion", ""))
    return Lock(
        commit=None if commit.value is None else commit.string(),
        tree=baseline.child("tree").string(),
        engines=engines,
        environments=_each(file.child("environments").needed(), read_environment),
        components=_each(file.child("components").needed(), _component),
        staying=_each(file.child("staying"), Field.string),
        handover=_handover(file.child("handover")),
        verdict=proof.child("verdict").string(),
        proof_digest=proof.child("digest").string(),
        rendered=_each(proof.child("rendered"), lambda held: _each(held.needed(), Field.string)),
        deploying=_each(proof.child("deploying"), lambda held: _each(held.needed(), Field.string)),
        is_as_written=file.child(CHECKSUM).text("") == checksum(mapping_of(file.value)),
    )


def _environment(held: Field, *, kube_version: str) -> LockedEnvironment:
    held.needed().refuse_others(("before", "after", "namespaces", "leftOut", "deployedBy"))
    after, deployed_by = held.child("after").needed(), held.child("deployedBy")
    after.refuse_others(("kustomize", "helm"))
    return LockedEnvironment(
        before=_paths(held.child("before")),
        kustomize=_paths(after.child("kustomize")),
        helm=tuple(_release(item, kube_version) for item in after.child("helm").listed()),
        namespaces={RepoPath(root): name for root, name in _each(held.child("namespaces"), Field.string).items()},
        left_out={RepoPath(root): found for root, found in _each(held.child("leftOut"), _left_out).items()},
        deployed_by=() if deployed_by.value is None else tuple(_deployer(item) for item in deployed_by.listed()),
    )


def _deployer(held: Field, further: Sequence[str] = ()) -> LockedDeployer:
    named = ("tool", "kind", "name")
    held.needed().refuse_others((*named, "file", "component", "root", *further))
    root = held.child("root")
    return LockedDeployer(
        tool=held.child("tool").one_of(TOOLS),
        kind=held.child("kind").one_of(KINDS),
        name=_named(held.child("name")),
        file=_inside(held.child("file")),
        component=held.child("component").text(""),
        root=None if root.value is None else _inside(root),
    )


def _owner(held: Field) -> LockedOwner:
    found = _deployer(held, ("before", "leaves", "namespace", "environments"))
    before = {name: each.value for name, each in held.child("before").entries()}
    leaves = held.child("leaves").flag(default=False)
    return LockedOwner(
        tool=found.tool,
        kind=found.kind,
        name=found.name,
        file=found.file,
        before=before,
        is_leaving=leaves,
        namespace=_named(held.child("namespace"), ""),
        environments=held.child("environments").texts(),
    )


def _named(held: Field, default: str | None = None) -> str:
    """A name as Kubernetes has it: it stands in commands, where another might be taken for an option."""
    text = held.text(default)
    if text and not is_name(text):
        raise held.error(f"{text!r} is no name that Kubernetes accepts")
    return text


def _handover(held: Field) -> Handover | None:
    if held.value is None:
        return None
    held.refuse_others(
        (
            "tool",
            "stage",
            "stages",
            "namespace",
            "owners",
            "applyByHand",
            "releases",
            "elsewhere",
            "undeployed",
            "finished",
            "base",
        )
    )
    owners, by_hand, undeployed = held.child("owners"), held.child("applyByHand"), held.child("undeployed")
    releases = held.child("releases")
    stages, stage = tuple(each.one_of(STAGES) for each in held.child("stages").listed()), held.child("stage")
    if not 1 <= stage.integer() <= len(stages):
        raise stage.error(f"must be one of the {len(stages)} stages, counted from 1")
    return Handover(
        tool=held.child("tool").one_of(TOOLS),
        stage=stage.integer(),
        stages=stages,
        namespace=_named(held.child("namespace"), ""),
        owners=() if owners.value is None else tuple(_owner(item) for item in owners.listed()),
        roots=() if by_hand.value is None else _paths(by_hand),
        releases=() if releases.value is None else tuple(_named(each, "") for each in releases.listed()),
        elsewhere=held.child("elsewhere").texts(),
        undeployed=() if undeployed.value is None else _paths(undeployed),
        is_finished=held.child("finished").flag(default=False),
        base=held.child("base").text(""),
    )


def _left_out(held: Field) -> LeftOut:
    held.needed().refuse_others(("remotes", "folders"))
    return LeftOut(remotes=held.child("remotes").texts(), folders=_paths(held.child("folders")))


def _release(held: Field, kube_version: str) -> LockedRelease:
    named = ("component", "release", "namespace")
    optional = ("includeCRDs", "hooks", "apiVersions", "postRender")
    held.needed().refuse_others((*named, "path", "dependency", "values", *optional))
    texts = {key: held.child(key).string() for key in named}
    texts |= {key: _named(held.child(key), "") for key in ("release", "namespace")}
    chart, names = held.child("dependency").needed(), ("name", "version", "repository", "digest")
    chart.refuse_others(names)
    post_render = held.child("postRender")
    return LockedRelease(
        component=texts["component"],
        context=ReleaseContext(
            release=texts["release"],
            namespace=texts["namespace"],
            kube_version=kube_version,
            api_versions=held.child("apiVersions").texts(),
        ),
        path=_inside(held.child("path")),
        **{key: chart.child(key).string() for key in names},
        values=_paths(held.child("values")),
        include_crds=held.child("includeCRDs").flag(default=True),
        hooks=held.child("hooks").one_of(("run", "skip"), "run"),
        post_render=None if post_render.value is None else _inside(post_render),
    )


def _component(held: Field) -> LockedComponent:
    held.needed().refuse_others(("decision", "resources", "allowances", "companions", "references", "unhashed"))
    return LockedComponent(
        decision=held.child("decision").string(),
        resources=held.child("resources").integer(),
        allowances=held.child("allowances").texts(),
        companions=_each(held.child("companions"), Field.texts),
        references=held.child("references").texts(),
        unhashed=held.child("unhashed").texts(),
    )


def _each(held: Field, read: Callable[[Field], T]) -> Mapping[str, T]:
    return {name: read(item) for name, item in sorted(held.entries(), key=lambda entry: entry[0])}


def _paths(held: Field) -> tuple[RepoPath, ...]:
    return tuple(_inside(item) for item in held.listed())


def _inside(held: Field) -> RepoPath:
    text = held.string()
    path = posixpath.normpath(text)
    if not text or path.startswith(("/", "../")) or path == ".." or "\\" in text:
        raise held.error(f"the path {text!r} leaves the repository")
    return RepoPath(path)
