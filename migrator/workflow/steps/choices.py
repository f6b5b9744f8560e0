"""What a run does: the command line where it says something, else `migrate.yaml`, else the default."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.charts.types import ChartSources
from migrator.compare import Acceptance, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover import Config
from migrator.discover.gitops import TOOLS
from migrator.discover.upkeep import CI_PLATFORMS
from migrator.engines import Cache
from migrator.model import KUBE_VERSION, Impact
from migrator.render_roots import Mapped, Remotes, mapped_to, own_remotes
from migrator.workflow.settings import Settings

NO_TOOL = "none"
LAYOUT = "growing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Every decision that a person may make about a run, made."""

    sources: ChartSources
    cache: Cache
    kube_version: str
    kube_is_given: bool
    """Whether a person or an earlier migration has said the version."""
    api_versions: tuple[str, ...]
    max_impact: Impact
    layout: str
    divides: bool
    """Whether monolithic overlays are divided: where a person chose a layout, and asks for more than one component."""
    gitops: str
    ci: str
    only: tuple[str, ...]
    budget: float
    """Seconds of search for one component."""
    remotes: Remotes
    """Remote bases that are at hand: by the command line, the configuration, and git's own remotes."""
    own_urls: tuple[str, ...] = ()
    """Addresses by which deployers know the repository."""
    accepted: tuple[Acceptance, ...]
    refused: tuple[Acceptance, ...]
    equivalences: Equivalences
    """By which two ways of writing are the same to a cluster."""


def choose(settings: Settings, config: Config, own: Sequence[str] = ()) -> Choices:
    """The choices of a run; `own` are names by which GitOps objects call the repository.

    MIG902 for a mirror that is not a folder, MIG903 for a GitOps tool or CI platform that is not known, MIG925 for what
    cannot stand for a remote base.
    """
    gitops = settings.gitops or config.gitops.tool or NO_TOOL
    ci = settings.ci or config.ci.platform or NO_TOOL
    for name, words, what in ((gitops, TOOLS, "GitOps tool"), (ci, CI_PLATFORMS, "CI platform")):
        if name not in words:
            raise MigrateError.of("MIG903", f"there is no {what} {name!r}", remedy=f"choose one of {', '.join(words)}")
    offline = config.offline if settings.offline is None else settings.offline
    return Choices(
        sources=ChartSources(mirrors=_mirrors(settings, config), url_mirrors=config.url_mirrors, offline=offline),
        cache=_cache(settings),
        kube_version=settings.kube_version or config.kube_version or KUBE_VERSION,
        kube_is_given=bool(settings.kube_version or config.kube_version),
        api_versions=settings.api_versions or config.api_versions,
        max_impact=_impact(settings, config),
        layout=settings.layout or config.layout or LAYOUT,
        divides=bool(settings.layout or config.layout) and not settings.only,
        gitops=gitops,
        ci=ci,
        only=settings.only,
        budget=settings.budget,
        remotes=Remotes(mapped=(*_remotes(settings, config), *own_remotes(settings.root, own))),
        own_urls=tuple(own),
        accepted=(*config.accept, *settings.accept),
        refused=config.refuse,
        equivalences=config.equivalences,
    )


def _impact(settings: Settings, config: Config) -> Impact:
    if settings.max_impact is not None:
        return Impact.parse(settings.max_impact)
    return Impact.METADATA if config.max_impact is None else config.max_impact


def _cache(settings: Settings) -> Cache:
    if settings.no_cache:
        return Cache(None)
    return Cache(Path(settings.cache)) if settings.cache is not None else Cache.default()


def _mirrors(settings: Settings, config: Config) -> tuple[Path, ...]:
    """Those of the command line (relative to where it runs) before those of the configuration (to the repository)."""
    given = [(Path(path), str(path)) for path in settings.chart_mirrors]
    given += [(settings.root / path, path) for path in config.chart_mirrors]
    for path, shown in given:
        if not path.is_dir():
            raise MigrateError.of(
                "MIG902",
                f"the chart mirror {shown} {'is a file' if path.exists() else 'does not exist'}",
                remedy="name a folder of chart archives NAME-VERSION.tgz with --chart-mirror or `chart_mirrors`",
            )
    return tuple(path.absolute() for path, _ in given)


def _remotes(settings: Settings, config: Config) -> Iterator[Mapped]:
    """Those of the command line before those of the configuration, which may name nothing outside of the repository."""
    for text in settings.remotes:
        url, mark, path = text.rpartition("=")
        if not mark:
            raise MigrateError.of("MIG925", f"--remote {text} names no path", remedy="write --remote URL=PATH")
        yield mapped_to(url, Path(path), path)
    for url, path in config.remotes.items():
        target = settings.root / path
        if not Path(os.path.realpath(target)).is_relative_to(os.path.realpath(settings.root)):
            raise MigrateError.of(
                "MIG925",
                f"{path}, which stands for {url}, is outside of the repository, and a file of the repository cannot "
                "make this run read there",
                span=config.spans.get("remotes"),
                remedy=f"name it yourself: --remote {url}={path}",
            )
        yield replace(mapped_to(url, target, path), is_own=posixpath.normpath(path) == ".")
