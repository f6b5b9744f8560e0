"""Units of an environment, built of a few words."""

from __future__ import annotations

from migrator.gitops.emit.units import Unit, plain_name
from migrator.lock import LockedRelease
from migrator.model import ReleaseContext, RepoPath, Resource, resource_of


def of(kind: str, name: str, namespace: str = "", group: str = "") -> tuple[Resource, ...]:
    """One object."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return (resource_of({"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata}),)


def crd(kind: str, size: int = 0) -> tuple[Resource, ...]:
    """A definition, with so many bytes of description."""
    spec = {"group": "example.org", "names": {"kind": kind}, "scope": "Namespaced", "description": "x" * size}
    version = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return (resource_of({**version, "metadata": {"name": f"{kind}.example.org"}, "spec": spec}),)


def unit(environment: str, path: str, objects: tuple[Resource, ...], *, is_infrastructure: bool = True) -> Unit:
    """A kustomization, called as its folder."""
    return Unit(
        environment=environment,
        name=plain_name(path.rsplit("/", 1)[-1]),
        path=RepoPath(path),
        namespace="",
        objects=objects,
        is_infrastructure=is_infrastructure,
    )


def release_unit(
    environment: str, component: str, *, objects: tuple[Resource, ...] = (), release: str = "main", **options: object
) -> Unit:
    """A release in the namespace `data`, of a chart of the component's name."""
    locked = LockedRelease(
        component=component,
        context=ReleaseContext(release=release, namespace="data"),
        path=RepoPath(f"charts/{component}"),
        name=component,
        version="1.2.3",
        repository=str(options.pop("repository", "https://charts.example.org")),
        digest="sha256:aa",
        **{"values": ("values.yaml",), **options},
    )
    return Unit(
        environment=environment,
        name=component,
        path=locked.path,
        namespace="data",
        objects=objects or of("Service", component, "data"),
        is_infrastructure=True,
        release=locked,
        values={"size": 3},
    )
