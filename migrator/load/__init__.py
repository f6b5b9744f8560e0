"""What each kustomization includes, patches, generates and transforms, in every spelling that kustomize accepts."""

from migrator.load.chart_entries import makers_of
from migrator.load.costly import costly
from migrator.load.remote_url import RemoteUrl, remote_url
from migrator.load.tree import Kustomizations, Reach, load
from migrator.load.types import (
    ChartEntry,
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
    "ChartEntry",
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
    "costly",
    "load",
    "makers_of",
    "remote_url",
]
