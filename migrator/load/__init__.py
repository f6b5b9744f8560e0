"""What each kustomization includes, patches, generates and transforms, in every spelling that kustomize accepts."""

from migrator.load.remote_url import RemoteUrl, remote_url
from migrator.load.tree import Kustomizations, Reach, load
from migrator.load.types import (
    Generator,
    Image,
    Kustomization,
    PatchRef,
    PluginRef,
    Reference,
    ReferenceKind,
    Replica,
    Selector,
)

__all__ = [
    "Generator",
    "Image",
    "Kustomization",
    "Kustomizations",
    "PatchRef",
    "PluginRef",
    "Reach",
    "Reference",
    "ReferenceKind",
    "RemoteUrl",
    "Replica",
    "Selector",
    "load",
    "remote_url",
]
