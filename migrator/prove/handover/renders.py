"""What an object that deploys renders at a commit, by its own words and with the real engines."""

from __future__ import annotations

import fnmatch
import posixpath
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from migrator.compare.hooks import HOOK
from migrator.diagnostics import MigrateError
from migrator.discover import KUSTOMIZATION_NAMES
from migrator.engines import kustomize_post_render
from migrator.gitops.controllers.world import CannotRenderError, Rendered
from migrator.gitops.deployer import HelmOptions, Source
from migrator.gitops.reading.application_sets import generate
from migrator.gitops.reading.applications import read_application, sources_of
from migrator.gitops.reading.clusters import clusters_of
from migrator.gitops.reading.flux import NO_VARIABLES, FluxScope, read_kustomization, read_release
from migrator.gitops.reading.objects import Found
from migrator.gitops.reading.repository import Tree
from migrator.gitops.substitution import substituted
from migrator.lock import LockedRelease
from migrator.model import NOTHING_LEFT_OUT, Json, RepoPath, mapping_of, resource_of
from migrator.prove.closure import closure_in
from migrator.prove.handover.commit import Commit
from migrator.prove.release.dependencies import read_chart_file
from migrator.prove.render import RenderContext, render_release, render_root
from migrator.render_roots.additions import FIELDS, Addition
from migrator.yamlio import Dialect, dump, read_documents

Body: TypeAlias = Mapping[str, Json]
_RESOURCE = "chart.yaml"


@dataclass(slots=True, kw_only=True)
class Renders:
    """What objects render at each of some commits; each thing once."""

    commits: Sequence[Commit]
    context: RenderContext
    environments: frozenset[str]
    """Those of the clusters that are looked at: their releases come first where others are called alike."""
    own: frozenset[str]
    known: dict[tuple[str, int], Rendered | None] = field(default_factory=dict)
    read: dict[object, Sequence[Body]] = field(default_factory=dict)
    """What does not change from commit to commit."""

    def __call__(self, body: Body, at: int) -> Rendered:
        """What it renders; CannotRenderError where that fails."""
        key = (repr((body.get("kind"), mapping_of(body.get("metadata")).get("name"), body.get("spec"))), at)
        if key not in self.known:
            try:
                self.known[key] = self._rendered(resource_of(body).id.kind, body, at)
            except (MigrateError, OSError):
                self.known[key] = None
        found = self.known[key]
        if found is None:
            raise CannotRenderError
        return found

    def _rendered(self, kind: str, body: Body, at: int) -> Rendered:
        commit = self.commits[at]
        tree = Tree(commit.kustomizations.index, self.own)
        found = Found(id=resource_of(body).id, body=body)
        clusters = clusters_of(commit.objects)
        if kind == "ApplicationSet":
            return Rendered(objects=[each.body for each in generate(found, tree, clusters)])
        if kind == "Application":
            deployer = read_application(found, tree, clusters).deployer
            pairs = zip(deployer.sources, sources_of(found.spec), strict=True)
            told = [(source, mapping_of(raw.get("directory"))) for source, raw in pairs]
            parts = [self._source(source, deployer.namespace, directory, at) for source, directory in told]
            return Rendered(objects=[each for part in parts for each in (*part.definitions, *part.objects)])
        scope = FluxScope(tree=tree, objects=self._in_cluster(at), rendered={})
        read = read_release if kind == "HelmRelease" else read_kustomization
        deployer = read(self._placed(found, scope.objects), scope).deployer
        source = deployer.sources[0]
        made = self._source(source, deployer.namespace, None, at)
        variables = source.kustomize.substitutions if source.kustomize is not None else None
        is_complete = not any(each.startswith(NO_VARIABLES) for each in deployer.unknown)
        return replace(made, objects=[substituted(each, variables, is_complete=is_complete) for each in made.objects])

    def _in_cluster(self, at: int) -> Sequence[Found]:
        """The objects of a commit, then those of others: a source is live as long as what reads it (fact F14)."""
        others = (each for commit in self.commits if commit is not self.commits[at] for each in commit.objects)
        return (*self.commits[at].objects, *others)

    def _placed(self, found: Found, objects: Sequence[Found]) -> Found:
        """A live object with the place that it was applied from, so that what it names is looked for near that."""
        every = (each for commit in self.commits for each in commit.deployers)
        ours = {(each.root, each.span) for each in every if each.environment in self.environments}
        alike = [((each.root, each.span) not in ours, each) for each in objects if each.id == found.id]
        _, place = min(alike, key=lambda each: (each[1].body != found.body, each[0]), default=(True, found))
        return replace(found, root=place.root, span=place.span)

    def _source(self, source: Source, namespace: str, directory: Body | None, at: int) -> Rendered:
        """`directory` is what Argo CD is told about a folder of files; None for Flux, which makes a kustomization."""
        if source.helm is not None:
            return self._release(source, replace(source.helm, namespace=source.helm.namespace or namespace), at)
        if not (source.here and source.path):
            return Rendered()  # what lies elsewhere stays as it is
        path = RepoPath(source.path)
        if _is_kustomization(self.commits[at].tree.folder / path):
            fields = source.kustomize.fields if source.kustomize is not None else {}
            return Rendered(objects=self._built(path, {key: fields[key] for key in fields if key in FIELDS}, at))
        folder = self.commits[at].tree.folder / path
        if not folder.is_dir():
            raise CannotRenderError
        return Rendered(objects=list(self._files(folder, path, directory, at)))

    def _built(self, root: RepoPath, fields: Body, at: int) -> Sequence[Body]:
        commit = self.commits[at]
        closure = closure_in(commit.kustomizations)
        added = Addition.of(fields)
        files = tuple(sorted(closure(root).items()))
        key = (root, files or at, added)
        if key not in self.read:
            context = replace(self.context, closure=closure, additions={root: added} if fields else {})
            part = render_root(root, commit.tree, context, commit.lock.left_out.get(root, NOTHING_LEFT_OUT))
            if part.problem is not None:
                raise MigrateError(part.problem)
            self.read[key] = [each.body for each in part.resources]
        return self.read[key]

    def _files(self, folder: Path, path: RepoPath, directory: Body | None, at: int) -> Iterator[Body]:
        """The objects in the files of a folder, and of the folders below it."""
        for each in sorted(folder.iterdir()):
            if directory is None and each.is_symlink():
                continue  # source-controller leaves links out of what it hands over (`Storage.Archive`)
            below = RepoPath(posixpath.normpath(posixpath.join(path, each.name)))
            if each.is_dir():
                if directory is None and _is_kustomization(each):
                    yield from self._built(below, {}, at)
                elif directory is None or directory.get("recurse"):
                    yield from self._files(each, below, directory, at)
            elif each.suffix in (".yaml", ".yml", ".json") and _is_included(each.name, directory or {}):
                yield from self._documents(below, at)

    def _documents(self, path: RepoPath, at: int) -> Sequence[Body]:
        index = self.commits[at].kustomizations.index
        if path not in index.files:
            return ()
        key = (path, index.digest(path))
        if key not in self.read:
            documents = read_documents(index.read(path), dialect=Dialect.SIGS, path=path)
            self.read[key] = [body for each in documents if (body := mapping_of(each.value)).get("kind")]
        return self.read[key]

    def _release(self, source: Source, options: HelmOptions, at: int) -> Rendered:
        found = self._locked(source, options, at)
        if found is None:
            if source.here and not self.commits[at].tree.folder.joinpath(source.path).is_dir():
                raise CannotRenderError
            return Rendered()  # a release of before, which no stage touches
        release, folder = found
        told = replace(release, post_render=None, hooks="run" if options.hooks else "skip", include_crds=False)
        objects = self._templated(told, folder, options.post_renderers)
        definitions: Sequence[Body] = ()
        if options.include_crds and release.include_crds:
            named = {resource_of(each).id for each in objects}
            whole = self._templated(replace(told, include_crds=True), folder, ())
            definitions = [
                each
                for each in whole
                if each.get("kind") == "CustomResourceDefinition" and resource_of(each).id not in named
            ]
        chart = read_chart_file(folder / release.path / "Chart.yaml", release.path)
        return Rendered(objects=objects, definitions=definitions, version=str(chart.get("version") or ""))

    def _locked(self, source: Source, options: HelmOptions, at: int) -> tuple[LockedRelease, Path] | None:
        """The release that is meant; a chart of a chart repository needs nothing of the commit."""
        others = () if source.here else [each for each in self.commits if each is not self.commits[at]]
        found = [
            (_unlike(release, options, environment in self.environments), at, release, commit.tree.folder)
            for at, commit in enumerate((self.commits[at], *others))
            for environment, held in sorted(commit.lock.environments.items())
            for release in held.helm
            if (release.context.release, release.context.namespace) == (options.release_name, options.namespace)
            if (source.path == release.path if source.here else (source.chart, source.version) == _chart(release))
            if (commit.tree.folder / release.path).is_dir()
        ]
        first = min(found, key=lambda each: each[:2], default=None)
        return None if first is None else first[2:]

    def _templated(self, release: LockedRelease, folder: Path, renderers: Sequence[Json]) -> Sequence[Body]:
        key = (release, folder, repr(renderers))
        if key not in self.read:
            part = render_release(release, folder, self.context)
            if part.problem is not None:
                raise MigrateError(part.problem)
            bodies: Sequence[Body] = [each.body for each in part.resources]
            for each in renderers:
                bodies = self._patched(bodies, mapping_of(mapping_of(each).get("kustomize")))
            self.read[key] = bodies
        return self.read[key]

    def _patched(self, bodies: Sequence[Body], fields: Body) -> Sequence[Body]:
        """The objects after a post-renderer, which sees no hooks."""
        hooks = [each for each in bodies if HOOK in mapping_of(mapping_of(each.get("metadata")).get("annotations"))]
        others = [each for each in bodies if each not in hooks]
        texts = (dump({"resources": [_RESOURCE], **fields}), "---\n".join(dump(dict(each)) for each in others))
        tool, cache = self.context.tools.kustomize, self.context.cache
        key = f"post-renderer {tool.identity} {texts}"
        data = cache.get(key)
        if data is None:
            with tempfile.TemporaryDirectory(prefix="migrate-") as name:
                place = Path(name) / "post-render"
                place.mkdir()
                (place / "kustomization.yaml").write_text(texts[0])
                data = kustomize_post_render(tool, texts[1].encode(), place, _RESOURCE)
            cache.put(key, data)
        documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=RepoPath(_RESOURCE))
        return [*(mapping_of(each.value) for each in documents), *hooks]


def _chart(release: LockedRelease) -> tuple[str, str]:
    return release.name, release.version


def _unlike(release: LockedRelease, options: HelmOptions, is_here: bool) -> tuple[bool, bool]:
    """How little a release is what the options mean: by its environment, then by its value files."""
    named = {posixpath.basename(each) for each in options.value_files}
    return not is_here, {posixpath.basename(each) for each in release.values} != named


def _is_kustomization(folder: Path) -> bool:
    return any((folder / name).is_file() for name in KUSTOMIZATION_NAMES)


def _is_included(name: str, directory: Body) -> bool:
    """By the patterns of Argo CD's `directory`, of which braces hold several."""
    included, excluded = (str(directory.get(key) or "") for key in ("include", "exclude"))
    return (not included or _matches(name, included)) and not (excluded and _matches(name, excluded))


def _matches(name: str, pattern: str) -> bool:
    return any(fnmatch.fnmatch(name, posixpath.basename(each)) for each in pattern.strip("{}").split(","))
