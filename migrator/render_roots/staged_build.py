"""Roots of a tree that need more than the tree: remote bases that are at hand, charts, missing files."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrator.discover import Config, discover
from migrator.engines import EngineError, build_copy
from migrator.load import Kustomizations, load
from migrator.model import NOTHING_LEFT_OUT, LeftOut, RepoPath
from migrator.render_roots.additions import add, added_folders
from migrator.render_roots.remotes import Supply
from migrator.render_roots.remotes.left_out import lacking, leave_out, still_left_out
from migrator.render_roots.stage import staged
from migrator.render_roots.stand_ins import put, stand_ins
from migrator.render_roots.types import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedBuild:
    """What a root builds, and what it took beside the tree."""

    data: bytes = field(repr=False)
    inflated: Mapping[str, str] | None = None
    """Charts, as `Inflater.supply` tells them; None where the root inflates none."""
    stand_ins: tuple[RepoPath, ...] = ()
    """Missing files in whose place empty ones were."""
    left_out: LeftOut = NOTHING_LEFT_OUT


class WholeTree:
    """A tree whose roots are built one after the other: its kustomizations are read once, for the first that asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._read: Kustomizations | None = None

    @property
    def kustomizations(self) -> Kustomizations:
        """All of the tree; broken ones are told where they are built."""
        with self._lock:
            if self._read is None:
                self._read, _ = load(discover(self.folder, Config()))
            return self._read


def build_staged(
    renderer: Renderer, tree: WholeTree, root: RepoPath, recorded: LeftOut = NOTHING_LEFT_OUT
) -> StagedBuild:
    """What a root builds on a copy that has what the tree lacks; raises what `build_copy` raises.

    What is `recorded` as left out is left out, unless it is at hand now. The tree itself is left alone.
    """
    kustomizations = tree.kustomizations
    reach = kustomizations.reach(root)
    addition = renderer.additions.get(root)
    more = [file for each in added_folders(root, addition) for file in kustomizations.closure(each)]
    missing = stand_ins(reach, kustomizations)
    inflater = renderer.inflater if reach.charts else None
    found = lacking(root, kustomizations, renderer.remotes, network=renderer.network)
    left_out = still_left_out(recorded, found)
    with staged(kustomizations.index, (*reach.files, *more), reach.directories) as stage:
        put(stage, missing)
        if addition is not None:
            add(stage, kustomizations.by_path[root].file, addition)
        supply = Supply(stage, renderer.remotes, network=renderer.network, left_out=left_out.remotes)
        supply.fill(kustomizations, reach.directories)
        for folder in left_out.folders:
            leave_out(folder, stage, kustomizations)
        inflated = inflater.supply(stage, reach.charts) if inflater is not None else None
        helm = inflater.helm if inflater is not None else None
        try:
            data = build_copy(renderer.kustomize, stage, stage / root, network=renderer.network, helm=helm)
        except EngineError as error:
            raise supply.told(error) from None
    return StagedBuild(data=data, inflated=inflated, stand_ins=missing, left_out=left_out)
