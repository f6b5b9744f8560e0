"""What has to be compared, found in the trees: the lock is under test, and does not choose it."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import KUSTOMIZATION_NAMES, Config, Index, discover, read_config
from migrator.engines import tree_digest
from migrator.load import load
from migrator.lock import LOCK_PATH, Lock
from migrator.model import Json, RepoPath, Resource, SourceSpan
from migrator.prove.release.dependencies import dependencies_of
from migrator.prove.render import RenderContext, render_root
from migrator.prove.rendered_parts import Owner, Part, Rendering, digest_json
from migrator.render_roots import WholeTree, roots_of
from migrator.render_roots.environment import environment_of
from migrator.rewrite import is_umbrella
from migrator.rewrite.umbrella.chart_files import CHART_OUTPUT
from migrator.yamlio import Dialect, read_value

Renderings = Mapping[str, Rendering]

_OF_A_CHART = frozenset(
    {
        "apiVersion",
        "kind",
        "helmCharts",
        "namespace",
        "patches",
        "labels",
        "commonLabels",
        "commonAnnotations",
        "images",
    }
)
_BETWEEN = "[^A-Za-z0-9]"


def config_of(tree: Path) -> Config:
    """What `migrate.yaml` of a tree says; nothing where it cannot be read."""
    try:
        return read_config(tree)
    except MigrateError:
        return Config()


def with_all_roots(
    renderings: Renderings,
    tree: Path,
    config: Config,
    context: RenderContext,
    *,
    locks: Collection[Lock],
    earlier: Collection[RepoPath] = (),
) -> Renderings:
    """The renderings with the roots of the tree that none of them has, each in its environment.

    Which folders are roots is what the tree and `config` say; the environment of one that a lock knows is the lock's.
    A root that does not build is no part of it: nothing is deployed from there. `earlier` are roots of another commit:
    one that something else includes now may still be deployed, and counts where it renders anything of its own.
    """
    known = roots_rendered(renderings)
    roots, included = _roots(tree, config, context, earlier)
    more = [root for root in (*roots, *included) if root not in known]
    if not more:
        return renderings
    named = {
        root: name
        for lock in locks
        for name, each in lock.environments.items()
        for root in (*each.before, *each.kustomize)
    }
    whole = WholeTree(tree)
    held = {(each.id, digest_json(each.body)) for each in _objects(renderings)} if included else set()
    found: dict[str, list[Part]] = defaultdict(list)
    for root in more:
        part = render_root(root, whole, context)
        is_held = root in included and all((each.id, digest_json(each.body)) in held for each in part.resources)
        if part.problem is None and part.resources and not is_held:
            found[named.get(root) or environment_of(root, config)].append(part)
    added = {name: _with(renderings.get(name), name, parts) for name, parts in found.items()}
    return {**renderings, **added}


def roots_rendered(renderings: Renderings) -> frozenset[RepoPath]:
    """The kustomize roots of all environments."""
    return frozenset(part.path for each in renderings.values() for part in each.parts if part.owner is Owner.KUSTOMIZE)


def _objects(renderings: Renderings) -> Iterator[Resource]:
    return (resource for each in renderings.values() for resource in each.resources)


def _roots(
    tree: Path, config: Config, context: RenderContext, earlier: Collection[RepoPath]
) -> tuple[tuple[RepoPath, ...], tuple[RepoPath, ...]]:
    """The roots of a tree, and those of `earlier` that are there and that something includes."""
    try:
        index = discover(tree, config)
        own = tuple(dict.fromkeys((*index.own_urls, *context.own_urls)))
        kustomizations, _ = load(replace(index, own_urls=own))
    except MigrateError:
        return (), ()
    # the lock may call a folder a post-renderer; one that takes no chart's output, and is no chart alone, is none
    held = kustomizations.by_path
    odd = [
        each
        for each in kustomizations.not_deployed
        if each in held and not _takes_output(index, held[each].file) and not _inflates_alone(held[each].fields)
    ]
    roots = (*roots_of(kustomizations, config)[0], *sorted(odd))
    included = tuple(each for each in sorted(earlier) if each in held and each not in roots)
    return roots, included


def _takes_output(index: Index, file: RepoPath) -> bool:
    return CHART_OUTPUT.encode() in index.read(file)


def _inflates_alone(fields: Mapping[str, Json]) -> bool:
    """Whether a kustomization is a chart and patches of it: that it says what the lock does is MIG818's to find."""
    return bool(fields.get("helmCharts")) and fields.keys() <= _OF_A_CHART


def _with(rendering: Rendering | None, name: str, parts: Iterable[Part]) -> Rendering:
    rendering = rendering or Rendering(environment=name, parts=())
    return replace(rendering, parts=(*rendering.parts, *parts))


def root_problems(
    renderings: Renderings, tree: Path, base: Path, context: RenderContext, *, earlier: Collection[RepoPath]
) -> tuple[Diagnostic, ...]:
    """Roots that others included at the base, and that nothing includes or deploys now: what renders them is gone.

    `earlier` are the roots of the base. A lock that lists such a folder does not bring it into a cluster.
    """
    named = {
        one for each in renderings.values() for by in each.deployers for source in by.sources for one in source.roots
    }
    parts = [part for each in renderings.values() for part in each.parts if part.owner is Owner.KUSTOMIZE]
    new = {part.path for part in parts if part.resources} - set(earlier) - named
    if not new:
        return ()
    before, now = (_roots(each, config_of(each), context, new)[1] for each in (base, tree))
    return tuple(
        _problem(root, "another kustomization included it at the base; now none does, and no object deploys it")
        for root in before
        if root not in now
    )


def with_problems(renderings: Renderings, problems: Collection[Diagnostic]) -> Renderings:
    """The renderings, unproved for these reasons."""
    if not problems:
        return renderings
    parts = tuple(
        Part(owner=Owner.KUSTOMIZE, path=each.span.path if each.span else LOCK_PATH, resources=(), problem=each)
        for each in problems
    )
    return {name: replace(each, parts=(*each.parts, *parts)) for name, each in renderings.items()}


def uncovered(lock: Lock, repository: Path, config: Config, built: Collection[RepoPath]) -> tuple[Diagnostic, ...]:
    """What the lock of a repository leaves out of what is there: roots that build, what its releases have, its base.

    A root that `migrate.yaml` leaves out is a note.
    """
    known = {root for each in lock.environments.values() for root in each.kustomize}
    left = sorted(set(built) - known)
    try:
        index = discover(repository, replace(config, ignore=()))
        structural = load(index)[0].roots()
    except MigrateError:
        structural = ()
    passed_over = sorted(set(structural) - known - set(built)) if config.roots or config.ignore else []
    return (
        *(_problem(root, "no environment of the lock has this root") for root in left),
        *(replace(_problem(root, "migrate.yaml leaves out this root"), severity=Severity.INFO) for root in passed_over),
        *release_problems(lock, repository),
        *moved_baseline(repository, lock, None),
    )


def release_problems(lock: Lock, tree: Path) -> tuple[Diagnostic, ...]:
    """What the releases of a lock leave out, or take from another environment, of the folders of their charts.

    Values files and post-render folders that no release has, though a name of an environment is in theirs; and those
    that a release has although they are called after another environment.
    """
    try:
        index = discover(tree, Config())
    except MigrateError:
        return ()
    names = frozenset(lock.environments)
    used: dict[RepoPath, set[str]] = defaultdict(set)
    problems = []
    for name, each in sorted(lock.environments.items()):
        for release in each.helm:
            for held in map(posixpath.normpath, (*release.values, *_one(release.post_render))):
                used[release.path].add(held)
                called = _named_after(held, names)
                if called and name not in called:
                    whole = RepoPath(f"{release.path}/{held}")
                    problems.append(
                        _problem(whole, f"it is called after {min(called)}, and the lock has it for {name}")
                    )
    for folder, taken in sorted(used.items()):
        left = sorted({*_values_files(index, folder), *_post_renders(index, folder)} - taken)
        problems += [
            _problem(RepoPath(f"{folder}/{path}"), "no release of the lock has it")
            for path in left
            if _named_after(path, names)
        ]
    return tuple(dict.fromkeys(problems))


def chart_problems(lock: Lock, tree: Path, base: Path) -> tuple[Diagnostic, ...]:
    """Umbrella charts that no environment of the lock deploys: of its own charts, come or changed since the base."""
    try:
        index = discover(tree, Config())
        older = discover(base, Config())
    except MigrateError:
        return ()
    releases = [release for each in lock.environments.values() for release in each.helm]
    locked, charts = {each.path for each in releases}, {each.name for each in releases}
    problems = []
    for file in sorted(index.files):
        folder = RepoPath(posixpath.dirname(file) or ".")
        if posixpath.basename(file) != "Chart.yaml" or folder in locked or "charts" in folder.split("/")[1:]:
            continue
        try:
            chart = read_value(index.read(file), dialect=Dialect.SIGS, path=file)
        except MigrateError:
            continue
        names = {str(each.get("name")) for each in dependencies_of(chart)}
        if (is_umbrella(chart) or names & charts) and _content(index, folder) != _content(older, folder):
            problems.append(_problem(folder, "no environment of the lock deploys this chart"))
    return tuple(problems)


def _content(index: Index, folder: RepoPath) -> Mapping[RepoPath, str]:
    return {file: index.digest(file) for file in index.below(folder)}


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _named_after(path: str, environments: Iterable[str]) -> frozenset[str]:
    """The environments whose names are words of the path; of `prod` and `prod-eu` the longer."""
    stem = posixpath.splitext(path)[0]
    found = {name for name in environments if re.search(f"(^|{_BETWEEN}){re.escape(name)}($|{_BETWEEN})", stem)}
    return frozenset(name for name in found if not any(name != other and name in other for other in found))


def _values_files(index: Index, folder: RepoPath) -> Iterator[str]:
    """YAML files beside Chart.yaml, or in folders that hold nothing that helm or kustomize reads."""
    kustomized = {posixpath.dirname(each) for each in index.files if posixpath.basename(each) in KUSTOMIZATION_NAMES}
    for file in index.below(folder):
        name = file.removeprefix(f"{folder}/")
        is_read = name.startswith(("charts/", "templates/", "crds/")) or posixpath.dirname(file) in kustomized
        if posixpath.splitext(name)[1] in {".yaml", ".yml"} and not is_read:
            yield name


def _post_renders(index: Index, folder: RepoPath) -> Iterator[str]:
    """Folders below a chart's with a kustomization of the chart's output."""
    for file in index.below(folder):
        if posixpath.basename(file) in KUSTOMIZATION_NAMES and _takes_output(index, file):
            yield posixpath.dirname(file).removeprefix(f"{folder}/")


def moved_baseline(repository: Path, lock: Lock, base: Lock | None) -> tuple[Diagnostic, ...]:
    """What is odd about the lock's baseline: a tree that its commit does not have; a commit that is migrated itself."""
    span = SourceSpan(path=LOCK_PATH)
    there = tree_digest(repository, lock.commit) if lock.commit else None
    if there is not None and lock.tree != f"git:{there}":
        odd = Diagnostic(
            code="MIG727",
            severity=Severity.ERROR,
            summary=f"the lock's baseline does not fit together: the commit {lock.commit} has the tree git:{there}, "
            f"the lock says {lock.tree}",
            span=span,
            remedy="restore .migrate/lock.yaml from git, or name the base yourself: `migrate verify --base REF`",
        )
        return (odd,)
    if base is None:
        return ()
    note = Diagnostic(
        code="MIG728",
        severity=Severity.INFO,
        summary="the lock's baseline is a commit that was migrated already: what changed before it is not compared",
        span=span,
        remedy="name an earlier commit to compare with: `migrate verify --base REF`",
    )
    return (note,)


def _problem(path: RepoPath, problem: str) -> Diagnostic:
    return Diagnostic(
        code="MIG726",
        severity=Severity.ERROR,
        summary=f"the lock does not cover what is deployed: {problem}",
        span=SourceSpan(path=path),
        remedy="run `migrate apply --relock` where that is meant, else correct .migrate/lock.yaml",
    )
