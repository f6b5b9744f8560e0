"""What Argo CD and Flux change in what they build: patches, images, replicas, and what they put on every object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator.diagnostics import MigrateError
from migrator.load import Image, Replica
from migrator.model import Json, RepoPath
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import mappings, selector_of
from migrator.rewrite.kustomize.targets import is_subject, retags, scales, selects
from migrator.rewrite.kustomize.upkept.deployers import FLUX, Deployer, deployers, mapping
from migrator.yamlio import Dialect, read_documents

_NAMING = ("namePrefix", "nameSuffix", "commonMetadata")
_ON_EVERY_OBJECT = ("commonLabels", "commonAnnotations")


def blockers_of_deployed_changes(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Objects that would leave what changes them on their way to the cluster; one reason for each component."""
    told = set()
    for each in objects:
        for deployer in deployers(view) if each.component is not None and each.component not in told else ():
            built = any(build.added and build.root == deployer.folder for build in view.builds)
            change = next(_changes(deployer, each, is_built=built), "") if deployer.meets(each, view) else ""
            if change and each.component not in told:
                told.add(each.component)
                yield _blocker(each, deployer, change)


def _changes(deployer: Deployer, placed: Placed, *, is_built: bool) -> Iterator[str]:
    """The fields of a deployer that change an object.

    Where the build is of the root with them, values say what images, labels and annotations come to; but a patch or a
    count whose object is not there any more fails the build, and by another name an object is not found in its file.
    """
    is_flux = deployer.tool == FLUX
    held = deployer.spec if is_flux else mapping(deployer.spec.get("kustomize"))
    above = "spec" if is_flux else "kustomize"
    everywhere = _NAMING if is_built else (*_NAMING, *_ON_EVERY_OBJECT)
    yield from (f"{above}.{key}" for key in everywhere if held.get(key))
    for number, patch in enumerate(mappings(held.get("patches"))):
        if _patches(patch, placed):
            yield f"{above}.patches[{number}]"
    for key in ("patchesStrategicMerge", "patchesJson6902"):
        yield from (f"{above}.{key}" for patch in mappings(held.get(key)) if _patches(patch, placed))
    if not is_built and any(retags(image, placed, ()) for image in _images(held.get("images"))):
        yield f"{above}.images"
    for replica in mappings(held.get("replicas")):
        if scales(Replica(name=str(replica.get("name") or ""), count=replica.get("count")), placed):
            yield f"{above}.replicas"


def _patches(patch: Mapping[str, Json], placed: Placed) -> bool:
    target = patch.get("target")
    if isinstance(target, Mapping):
        return selects(selector_of(target), placed)
    try:
        documents = read_documents(str(patch.get("patch") or ""), dialect=Dialect.KUSTOMIZE, path=RepoPath("patch"))
    except MigrateError:
        return False
    found = [patch, *(each.value for each in documents)]
    return any(isinstance(each, Mapping) and is_subject(each, placed) for each in found)


def _images(held: Json) -> Iterator[Image]:
    for each in held if isinstance(held, list) else ():
        if isinstance(each, Mapping):
            yield Image(name=str(each.get("name") or ""))
        elif isinstance(each, str):  # `name:tag` or `name=other:tag`, as Argo CD writes it
            name = each.partition("=")[0].partition("@")[0]
            head, colon, tag = name.rpartition(":")
            yield Image(name=head if colon and "/" not in tag else name)


def _blocker(leaving: Placed, deployer: Deployer, change: str) -> Blocker:
    return Blocker(
        component=str(leaving.component),
        reason=f"{change} of {deployer.name} changes {leaving} after the build, and a release would be without it",
        span=deployer.span,
        objects=(leaving,),
        remedy="move it into the kustomization that builds the folder, then plan again",
    )
