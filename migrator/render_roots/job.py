"""Building one root: refuse, take from the cache, or stage and run kustomize."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.compare import is_test_hook
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import Config, Index
from migrator.engines import EngineError, Failure, build_copy, is_set_aside
from migrator.load import Kustomizations, Reach, costly
from migrator.model import NOTHING_LEFT_OUT, LeftOut, Origin, RepoPath, ResId, Resource, resource_of
from migrator.render_roots.additions import Addition, add, added_folders
from migrator.render_roots.environment import environment_of
from migrator.render_roots.failures import explained, located, refusal, remote_refusal
from migrator.render_roots.lost_origins import with_lost_origins
from migrator.render_roots.origin import OriginReader, without_build_metadata
from migrator.render_roots.remotes import Supply
from migrator.render_roots.remotes.left_out import Lacking, lacking, leave_out, not_building, notices
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
class _Made:
    """What a root renders, and without what."""

    resources: tuple[Resource, ...]
    notes: Diagnostics = ()
    left_out: LeftOut = NOTHING_LEFT_OUT


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
        addition = self.renderer.additions.get(root)
        found = lacking(root, self.kustomizations, self.renderer.remotes, network=self.renderer.network)
        reason = refusal(root, reach) or costly(root, self.kustomizations)
        if reason is None and found.references and not found.left_out():
            reason = remote_refusal(root, found.references[0])
        if reason is not None:
            return self._failed(root, reason)
        try:
            # what comes over the network, or from elsewhere, may change without any file changing
            is_here = len(found.references) == len(reach.remote) and not reach.charts
            engine = f"{self.renderer.kustomize.identity}{addition.text if addition is not None else ''}"
            files = self._files(root, reach, addition)
            key = cache_key(self.index, root, files, engine) if is_here else ""
            known = self._known(key) if key else None
            made, is_exact = (known, False) if known is not None else self._render(found, reach)
        except EngineError as error:
            said = explained(root, reach, self.kustomizations, error)
            if addition is not None:
                said = replace(said, summary=f"{said.summary}; its deployer adds {', '.join(addition.fields)}")
            return self._failed(root, remote_refusal(root, found.references[0], said) if found.references else said)
        except MigrateError as error:
            return self._failed(root, located(root, self.kustomizations.by_path[root].file, error.diagnostic))
        if key and is_exact and not made.notes:
            self.renderer.cache.put(key, encode(made.resources, made.left_out))
        if found.references and not made.resources:
            return self._failed(root, remote_refusal(root, found.references[0]))
        return self._built(found, reach, made, cached=known is not None)

    def _files(self, root: RepoPath, reach: Reach, addition: Addition | None) -> tuple[RepoPath, ...]:
        """What the build reads: with the components that are added."""
        added = added_folders(root, addition)
        return tuple(
            dict.fromkeys((*reach.files, *(file for each in added for file in self.kustomizations.closure(each))))
        )

    def _known(self, key: str) -> _Made | None:
        data = self.renderer.cache.get(key)
        if data is None:
            return None
        try:
            resources, left_out = decode(data)
        except ValueError:
            return None
        return _Made(resources=resources, left_out=left_out)

    def _render(self, found: Lacking, reach: Reach) -> tuple[_Made, bool]:
        """What is built, and whether the files of `reach` were all it took: else the key would be too narrow."""
        try:
            addition = self.renderer.additions.get(found.root)
            return self._render_from(found, reach, self._files(found.root, reach, addition)), True
        except EngineError as error:
            subject = error.cause.subject
            is_there = error.cause.failure is Failure.MISSING_FILE and bool(subject)
            if not is_there or not (self.index.root / subject).exists():
                raise
        return self._render_from(found, reach, tuple(self.index.files)), False

    def _render_from(self, found: Lacking, reach: Reach, files: Sequence[RepoPath]) -> _Made:
        with staged(self.index, files, reach.directories) as stage:
            put(stage, stand_ins(reach, self.kustomizations))
            if (addition := self.renderer.additions.get(found.root)) is not None:
                add(stage, self.kustomizations.by_path[found.root].file, addition)
            left_out = found.left_out()
            supply = Supply(stage, self.renderer.remotes, network=self.renderer.network, left_out=left_out.remotes)
            if reach.remote:
                supply.fill(self.kustomizations, reach.directories)
            for folder in left_out.folders:
                leave_out(folder, stage, self.kustomizations)
            if reach.charts and self.renderer.inflater is not None:
                self.renderer.inflater.supply(stage, reach.charts)
            try:
                resources, left_out = self._with_less(found, left_out, stage, reach, supply)
            except EngineError as error:
                raise supply.told(error) from None
            # as of a release: what only `helm test` is to run is no part of what an inflated chart deploys
            kept = tuple(each for each in resources if not (reach.charts and is_test_hook(each.body)))
            notes = (*supply.notes, *((_older(found.root),) if is_set_aside(stage) else ()))
            return _Made(resources=kept, notes=notes, left_out=left_out)

    def _with_less(
        self, found: Lacking, left_out: LeftOut, stage: Path, reach: Reach, supply: Supply
    ) -> tuple[tuple[Resource, ...], LeftOut]:
        """What is built, if need be without the bases that do not build without what is left out."""
        file = stage / self.kustomizations.by_path[found.root].file
        data = file.read_bytes()
        try:
            return self._from_stage(stage, found.root, reach, supply), left_out
        except EngineError:
            if not left_out:
                raise
        file.write_bytes(data)
        folders = not_building(found, stage, lambda folder: self._builds(stage, folder))
        more = replace(left_out, folders=tuple(sorted({*left_out.folders, *folders})))
        return self._from_stage(stage, found.root, reach, supply), more

    def _builds(self, stage: Path, folder: RepoPath) -> bool:
        try:
            self._bodies(stage, folder)
        except MigrateError:
            return False
        return True

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
        stream = build_copy(self.renderer.kustomize, stage, stage / root, network=self.renderer.network, helm=helm)
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

    def _built(self, found: Lacking, reach: Reach, made: _Made, *, cached: bool = False) -> Build:
        lacking_files = stand_ins(reach, self.kustomizations)
        told = (notice(found.root, reach, lacking_files),) if lacking_files else ()
        return Build(
            environment=environment_of(found.root, self.config),
            root=found.root,
            status=BUILT,
            resources=made.resources,
            cached=cached,
            notices=(*told, *notices(made.left_out, found)),
            left_out=made.left_out,
            added=found.root in self.renderer.additions,
            notes=made.notes,
        )

    def _failed(self, root: RepoPath, reason: Diagnostic) -> Build:
        environment = environment_of(root, self.config)
        return Build(environment=environment, root=root, status=FAILED, reason=reason)


def _older(root: RepoPath) -> Diagnostic:
    """What to tell of a root that this kustomize builds only while volumes that are texts have another key."""
    return Diagnostic(
        code="MIG223",
        severity=Severity.WARNING,
        summary=f"{root} is built as a kustomize before 5.8 builds it: this one looks for images in volumes of a "
        "PodSecurityPolicy, which have none, and ends there",
        remedy="where kustomize 5.8 is to build it, move the object into a kustomization that `images` do not reach",
    )
