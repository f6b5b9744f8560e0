"""Building one root: refuse, take from the cache, or stage and run kustomize."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.compare import is_test_hook
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError
from migrator.discover import Config, Index
from migrator.engines import EngineError, Failure, kustomize_build
from migrator.load import Kustomizations, Reach
from migrator.model import Origin, RepoPath, ResId, Resource, resource_of
from migrator.render_roots.environment import environment_of
from migrator.render_roots.failures import explained, located, refusal
from migrator.render_roots.lost_origins import with_lost_origins
from migrator.render_roots.origin import OriginReader, without_build_metadata
from migrator.render_roots.remotes import Supply
from migrator.render_roots.stage import asks_for, staged, with_build_metadata
from migrator.render_roots.stand_ins import notice, put, stand_ins
from migrator.render_roots.store import cache_key, decode, encode
from migrator.render_roots.types import BUILT, FAILED, Build, Renderer
from migrator.yamlio import Dialect, read_documents

_TOUCHES_ANNOTATIONS = re.compile(rb"metadata[/.]annotations")
_EDITING_FIELDS = frozenset(
    ("patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "transformers", "configurations")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What every build of one run shares."""

    kustomizations: Kustomizations = field(repr=False)
    config: Config
    renderer: Renderer

    @property
    def index(self) -> Index:
        return self.kustomizations.index

    def build(self, root: RepoPath) -> Build:
        """The root as kustomize renders it, or the reason why not."""
        reach = self.kustomizations.reach(root)
        reason = refusal(root, reach, self.renderer)
        if reason is not None:
            return self._failed(root, reason)
        try:
            # what comes over the network may change without any file changing
            key = (
                ""
                if reach.remote or reach.charts
                else cache_key(self.index, root, reach.files, self.renderer.kustomize.version)
            )
            known = self._known(key) if key else None
            if known is not None:
                return self._built(root, reach, known, cached=True)
            resources, notes, is_exact = self._render(root, reach)
        except EngineError as error:
            return self._failed(root, explained(root, reach, self.kustomizations, error))
        except MigrateError as error:
            return self._failed(root, located(root, self.kustomizations.by_path[root].file, error.diagnostic))
        if key and is_exact:
            self.renderer.cache.put(key, encode(resources))
        return self._built(root, reach, resources, notes)

    def _known(self, key: str) -> tuple[Resource, ...] | None:
        data = self.renderer.cache.get(key)
        if data is None:
            return None
        try:
            return decode(data)
        except ValueError:
            return None

    def _render(self, root: RepoPath, reach: Reach) -> tuple[tuple[Resource, ...], Diagnostics, bool]:
        """The resources, notes, and whether the files of `reach` were all it took: else the key would be too narrow."""
        try:
            return *self._render_from(root, reach, reach.files), True
        except EngineError as error:
            subject = error.cause.subject
            is_there = error.cause.failure is Failure.MISSING_FILE and bool(subject)
            if not is_there or not (self.index.root / subject).exists():
                raise
        return *self._render_from(root, reach, tuple(self.index.files)), False

    def _render_from(
        self, root: RepoPath, reach: Reach, files: Sequence[RepoPath]
    ) -> tuple[tuple[Resource, ...], Diagnostics]:
        with staged(self.index, files, reach.directories) as stage:
            put(stage, stand_ins(reach, self.kustomizations))
            supply = Supply(stage, self.renderer.remotes, network=self.renderer.network)
            if reach.remote:
                supply.fill(self.kustomizations, reach.directories)
            if reach.charts and self.renderer.inflater is not None:
                self.renderer.inflater.supply(stage, reach.charts)
            try:
                found = self._from_stage(stage, root, reach, supply)
            except EngineError as error:
                raise supply.told(error) from None
            # as of a release: what only `helm test` is to run is no part of what an inflated chart deploys
            return tuple(each for each in found if not (reach.charts and is_test_hook(each.body))), supply.notes

    def _from_stage(self, stage: Path, root: RepoPath, reach: Reach, supply: Supply) -> tuple[Resource, ...]:
        # the stage may hold a copy in the place of a link, so what kustomize reads is at the file's own path
        file = self.kustomizations.by_path[root].file
        data = (stage / file).read_bytes()
        asking = with_build_metadata(data, file)
        if asking is None:
            return self._plain(stage, root)
        (stage / file).write_bytes(asking)
        annotated = self._annotated(stage, root, supply)
        if not self._touches_annotations(reach):
            return annotated
        # a patch that needs `annotations` to exist, or that replaces it, may act differently on annotated objects
        (stage / file).write_bytes(data)
        origins: dict[ResId, Origin | None] = {resource.id: resource.origin for resource in annotated}
        plain = self._plain(stage, root)
        told = [resource_of(resource.body, origins.get(resource.id)) for resource in plain]
        return with_lost_origins(told, reach, self.kustomizations, self.index)

    def _annotated(self, stage: Path, root: RepoPath, supply: Supply) -> tuple[Resource, ...]:
        kept: Collection[str] = asks_for(self.kustomizations.by_path[root].fields)
        origins = OriginReader(root, self.index.resolve)
        return tuple(
            resource_of(without_build_metadata(body, kept), supply.origin(origins.origin(body)))
            for body in self._bodies(stage, root)
        )

    def _plain(self, stage: Path, root: RepoPath) -> tuple[Resource, ...]:
        return tuple(map(resource_of, self._bodies(stage, root)))

    def _bodies(self, stage: Path, root: RepoPath) -> tuple[dict[str, object], ...]:
        """The objects that kustomize prints, read as those read it who apply them."""
        helm = (
            self.renderer.inflater.helm
            if self.renderer.inflater is not None and self.kustomizations.reach(root).charts
            else None
        )
        stream = kustomize_build(
            self.renderer.kustomize, stage / root, network=self.renderer.network, root=stage, helm=helm
        )
        documents = read_documents(stream, dialect=Dialect.SIGS, path=root)
        return tuple(document.value for document in documents if isinstance(document.value, dict))

    def _touches_annotations(self, reach: Reach) -> bool:
        files = {
            self.kustomizations.by_path[path].file for path in reach.directories if path in self.kustomizations.by_path
        }
        for directory in reach.directories:
            held = self.kustomizations.by_path.get(directory)
            for reference in held.references if held else ():
                path = reference.path
                if path is not None and path in self.index.files and reference.field in _EDITING_FIELDS:
                    files.add(path)
        return any(_TOUCHES_ANNOTATIONS.search(self.index.read(file)) for file in sorted(files))

    def _built(
        self,
        root: RepoPath,
        reach: Reach,
        resources: tuple[Resource, ...],
        notes: Diagnostics = (),
        *,
        cached: bool = False,
    ) -> Build:
        lacking = stand_ins(reach, self.kustomizations)
        return Build(
            environment=environment_of(root, self.config),
            root=root,
            status=BUILT,
            resources=resources,
            cached=cached,
            notice=notice(root, reach, lacking) if lacking else None,
            notes=notes,
        )

    def _failed(self, root: RepoPath, reason: Diagnostic) -> Build:
        environment = environment_of(root, self.config)
        return Build(environment=environment, root=root, status=FAILED, reason=reason)
