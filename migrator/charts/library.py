"""Charts by name and version, from wherever the user allows: mirrors first, then the network."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from migrator.charts.access import ANYONE, Access, shown, without_login
from migrator.charts.archive import MAX_CHART_BYTES, load_archive
from migrator.charts.choosing.default_tags import tags_of
from migrator.charts.choosing.publishers import Publishers, nobody, whose
from migrator.charts.choosing.pull import helm_pull
from migrator.charts.credentials import repository_access
from migrator.charts.index import Index, check_promise, fetch_index, folder_index, newest_first
from migrator.charts.mirror import Fits, mirror_file, mirror_names, mirror_versions
from migrator.charts.oci import Registry
from migrator.charts.types import ChartArchive, ChartRef, ChartSources, ChartVersion
from migrator.charts.versions import is_same_version
from migrator.charts.web import Web, refused
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.engines import Cache
from migrator.model import Json

_TAGGED = re.compile(r"(oci://.+):([^/:]+)")
_SEMANTIC = re.compile(r"v?\d+\.\d+\.\d+")


class ChartLibrary:
    """Finds charts. What it has listed or loaded it keeps for its own lifetime; downloads it keeps in the cache.

    Order: every mirror folder, then the repository of the chart as `url_mirrors` maps it, which may be a folder too.
    A mirror's file is none of a publisher whose chart it cannot be, as far as `publishers` are known.
    """

    def __init__(
        self,
        sources: ChartSources,
        cache: Cache,
        web: Web | None = None,
        *,
        publishers: Publishers = nobody,
        aged: Callable[[str, str], str] = lambda *_: "",
    ) -> None:
        self._sources = sources
        self._publishers = publishers
        self.aged = aged
        """Chart and app version -> the day until which its versions are known, where the app version is newer."""
        self._cache = cache
        self._web = web or Web()
        self._listings: dict[Path, tuple[str, ...]] = {}
        self._indexes: dict[str, Index] = {}
        self._promises: dict[Path, Index] = {}
        self._problems: dict[str, Diagnostic] = {}
        self._archives: dict[ChartRef, ChartArchive] = {}
        self._scratch: Path | None = None

    def versions(self, name: str, repository: str) -> tuple[ChartVersion, ...]:
        """The versions of a chart, newest first, from the first source that has any; errors as for `offers`."""
        return self.offers(name, repository)[0]

    def at_hand(self, name: str, repository: str) -> tuple[ChartVersion, ...]:
        """The versions of a publisher's chart that the mirrors have, newest first; none where nothing can be read."""
        found: tuple[ChartVersion, ...] = ()
        for folder in self._folders(repository):
            fits = self._fits(name, repository, folder)
            held, broken = mirror_versions(self._names(folder), folder, name, self._cache, fits=fits)
            found += held
            self._problems |= {each.summary: each for each in broken}
        return newest_first(_distinct(found))

    @property
    def problems(self) -> Diagnostics:
        """A diagnostic for each file of a mirror that `at_hand` had to leave out."""
        return tuple(replace(each, severity=Severity.WARNING) for _, each in sorted(self._problems.items()))

    def held(self, ref: ChartRef) -> ChartArchive | None:
        """The chart where no network is needed for it, None else; errors as for `fetch` for one that is broken."""
        known = self._archives.get(ref) or self._held(ref)
        return None if known is None else self._kept(ref, known)

    def published(self, name: str, repository: str) -> tuple[ChartVersion, ...]:
        """The versions that the repository itself offers, newest first; MIG421 if it cannot or must not be asked."""
        url = self._url(repository)
        return () if url is None else self._remote_versions(name, url)

    def offers(self, name: str, repository: str) -> tuple[tuple[ChartVersion, ...], Diagnostics]:
        """The versions of a chart as `versions`, and a diagnostic for each file of a mirror that is not a chart.

        MIG420 if no source has the chart, MIG421 if the repository cannot be asked, MIG41x if all that the mirrors
        have of it is broken.
        """
        problems: Diagnostics = ()
        for folder in self._folders(repository):
            fits = self._fits(name, repository, folder)
            found, broken = mirror_versions(self._names(folder), folder, name, self._cache, fits=fits)
            problems += broken
            if found:
                return newest_first(_distinct(found)), problems
        url = self._url(repository)
        if url is not None:
            remote = self._remote_versions(name, url)
            if remote:
                return remote, problems
        if problems:
            raise MigrateError(problems[0])
        raise self._unknown(f"chart {name}", repository)

    @property
    def is_offline(self) -> bool:
        """Whether the network must not be used."""
        return self._sources.offline

    def default_tags(self, one: ChartVersion) -> frozenset[str]:
        """The image tags in the default values of a version at hand; none where they cannot be read."""
        try:
            return tags_of(load_archive(Path(one.url)))
        except MigrateError:
            return frozenset()

    def fetch(self, ref: ChartRef) -> ChartArchive:
        """The chart; `ref` of the result has the repository that was asked for and the version as Chart.yaml writes it.

        A broken archive, or one that is not what its mirror promises, is an error where no other mirror has it.
        MIG420 if no source has it, MIG421 if the network is needed and cannot or must not be used, MIG423 if a download
        is not what its repository promised, MIG41x for an archive that cannot be read.
        """
        known = self._archives.get(ref) or self._held(ref) or load_archive(self._file(ref))
        return self._kept(ref, known)

    def _kept(self, ref: ChartRef, found: ChartArchive) -> ChartArchive:
        known = self._archives.get(ref) or replace(found, ref=replace(found.ref, repository=ref.repository))
        self._archives[ref] = known
        return known

    def _held(self, ref: ChartRef) -> ChartArchive | None:
        """The chart from the first mirror that has it whole, else from the cache; None where neither has it."""
        broken: MigrateError | None = None
        for folder in self._folders(ref.repository):
            fits = self._fits(ref.name, ref.repository, folder)
            try:
                path = mirror_file(self._names(folder), folder, ref.name, ref.version, self._cache, fits=fits)
                if path is not None:
                    return load_archive(path)
            except MigrateError as error:
                broken = broken or error
        if broken is not None:
            raise broken
        url = self._url(ref.repository)
        stored = None if url is None else self._stored(url, ref)
        return None if stored is None else load_archive(stored)

    def _file(self, ref: ChartRef) -> Path:
        """The chart from the network."""
        url = self._url(ref.repository)
        if url is None:
            raise self._unknown(f"chart {ref.name} {ref.version}", ref.repository)
        if self._sources.offline:
            raise MigrateError.of(
                "MIG421",
                f"chart {ref.name} {ref.version} is not at hand and {shown(url)} must not be asked (offline); "
                f"tried {self._tried(ref.repository)}",
                remedy=f"{helm_pull(ref)} fetches it for --chart-mirror DIR; or run without --offline",
            )
        if url.startswith("oci://"):
            return self._keep(self._pull(f"{url.rstrip('/')}/{ref.name}", ref.version), url, ref)
        return self._keep(self._download(url, ref), url, ref)

    def _download(self, url: str, ref: ChartRef) -> bytes:
        offered = self._remote_versions(ref.name, url)
        match = next((one for one in offered if is_same_version(one.version, ref.version)), None)
        if match is None:
            newest = ", ".join(one.version for one in offered[:3])
            hint = f"; its newest are {newest}" if newest else ""
            raise MigrateError.of(
                "MIG420",
                f"{shown(url)} has no chart {ref.name} {ref.version}{hint}; tried {self._tried(ref.repository)}",
                remedy="correct the version, or use --chart-mirror DIR with its archive",
            )
        if match.url.startswith("oci://"):
            tagged = _TAGGED.fullmatch(match.url)
            data = self._pull(tagged[1], tagged[2]) if tagged else self._pull(match.url, match.version)
        else:
            answer = self._web.get(match.url, limit=MAX_CHART_BYTES, access=self._access(url), unpack=False)
            if answer.status != 200:
                raise refused(match.url, answer.status)
            data = answer.body
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if match.digest and match.digest != digest:
            raise MigrateError.of(
                "MIG423",
                f"chart {ref.name} {ref.version} from {shown(match.url)} is not what its index promises: "
                f"{digest} instead of {match.digest}",
                remedy="ask the publisher, or use --chart-mirror DIR with an archive that you trust",
            )
        return data

    def _pull(self, reference: str, version: str) -> bytes:
        return Registry(self._web, reference).pull(version.replace("+", "_"), limit=MAX_CHART_BYTES)

    def _keep(self, data: bytes, url: str, ref: ChartRef) -> Path:
        """The download as a file that helm can read, under a name that the next run finds."""
        path = self._store(url, ref)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        shutil.move(temporary, path)
        return path

    def _stored(self, url: str, ref: ChartRef) -> Path | None:
        path = self._store(url, ref)
        return path if path.is_file() else None

    def _store(self, url: str, ref: ChartRef) -> Path:
        base = self._cache.directory
        if base is None:
            if self._scratch is None:
                self._scratch = Path(tempfile.mkdtemp(prefix="migrate-"))
                weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
            base = self._scratch
        version = ref.version.removeprefix("v")
        key = hashlib.sha256(f"{without_login(url)[0]}\n{ref.name}\n{version}".encode()).hexdigest()[:32]
        return base / "charts" / key / f"{ref.name}-{version}.tgz".replace("/", "_")

    def _remote_versions(self, name: str, url: str) -> tuple[ChartVersion, ...]:
        if url.startswith("oci://"):
            return self._tagged(name, url)
        index = self._indexes.get(url)
        if index is None:
            index = fetch_index(self._web, url, self._cache, access=self._access(url), offline=self._sources.offline)
            self._indexes[url] = index
        return index.get(name, ())

    def _tagged(self, name: str, url: str) -> tuple[ChartVersion, ...]:
        """The versions that an OCI registry has of a chart, newest first; it holds `+` in a tag as `_`."""
        if self._sources.offline:
            raise MigrateError.of(
                "MIG421", f"{shown(url)} must not be asked (offline)", remedy="use --chart-mirror DIR"
            )
        place = f"{without_login(url)[0].rstrip('/')}/{name}"
        versions = (tag.replace("_", "+") for tag in Registry(self._web, f"{url.rstrip('/')}/{name}").tags())
        return newest_first(
            ChartVersion(version=version, url=f"{place}:{version}") for version in versions if _SEMANTIC.match(version)
        )

    def _access(self, url: str) -> Access:
        return ANYONE if self._sources.offline else repository_access(url)

    def _fits(self, name: str, repository: str, folder: Path) -> Fits:
        """Whether a chart of a mirror may be the publisher's; in a folder that stands for its repository all are."""
        known = self._publishers(name) if folder in self._sources.mirrors else {}
        promised = self._promised(folder).get(name, ())

        def fits(metadata: Mapping[str, Json]) -> bool:
            check_promise(folder, metadata, promised)
            owners = whose(metadata["version"], tuple(metadata["marks"]), known) if len(known) > 1 else {repository}
            return repository in owners or repository not in known

        return fits

    def _promised(self, folder: Path) -> Index:
        """What the index.yaml of a mirror says of its archives; nothing where it has none that can be read."""
        if folder not in self._promises:
            self._promises[folder] = folder_index(folder, self._cache)
        return self._promises[folder]

    def _folders(self, repository: str) -> Iterator[Path]:
        yield from self._sources.mirrors
        mapped = self._mapped(repository)
        if mapped and "://" not in mapped:
            yield Path(mapped)

    def _url(self, repository: str) -> str | None:
        mapped = self._mapped(repository) or repository
        return mapped if "://" in mapped else None

    def _mapped(self, repository: str) -> str | None:
        wanted = repository.rstrip("/")
        return next((to for url, to in self._sources.url_mirrors.items() if wanted and url.rstrip("/") == wanted), None)

    def _names(self, folder: Path) -> tuple[str, ...]:
        if folder not in self._listings:
            self._listings[folder] = mirror_names(folder)
        return self._listings[folder]

    def _tried(self, repository: str) -> str:
        places = [f"mirror {folder}" for folder in self._folders(repository)]
        url = self._url(repository)
        if url is not None and not self._sources.offline:
            places.append(shown(url))
        return ", ".join(places) or "nothing (no mirror, no repository URL)"

    def _unknown(self, what: str, repository: str) -> MigrateError:
        return MigrateError.of(
            "MIG420",
            f"{what} is unknown; tried {self._tried(repository)}",
            remedy="use --chart-mirror DIR with its archive, or name its repository",
        )


def _distinct(versions: tuple[ChartVersion, ...]) -> Iterator[ChartVersion]:
    seen: set[str] = set()
    for one in versions:
        plain = one.version.removeprefix("v")
        if plain not in seen:
            seen.add(plain)
            yield one
