"""Release manifests: what a project publishes for `kubectl apply`, known by its URL, its header or its file name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from migrator.model import RepoPath
from migrator.signatures.load import RULE_FILE
from migrator.signatures.references import VERSION, Location, location_of
from migrator.signatures.score import Weights
from migrator.signatures.types import CATEGORIES, Evidence
from migrator.yamlio import rules_directory
from migrator.yamlio.fields import Field, strict_file

TEAM_MANIFESTS = RepoPath(".migrate/rules/manifests")
_KNOWN = frozenset(
    {
        "apiVersion",
        "kind",
        "product",
        "chart",
        "repository",
        "category",
        "github",
        "assets",
        "paths",
        "tags",
        "urls",
        "headers",
        "files",
        "holds",
        "version",
        "differs",
        "bootstrap",
    }
)
_COUNTED = ("app", "chart", "own")
_PLACEHOLDER = "{version}"
_OWNER_AND_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_URL = re.compile(r"(?:https?://|git::|git@|ssh://)[^\s\"'<>()]+|github\.com/[^\s\"'<>()]+")
_TOKEN = re.compile(r"\{version\}|\*\*|\*|[^*{]+|.", re.DOTALL)
_LOGIN = re.compile(r"://[^/@\s]+@")
_HEADER_LINES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a project publishes beside its chart, and how it is recognised; one file of `rules/manifests/`."""

    product: str
    chart: str
    """The chart that installs the same; empty where no public chart does."""
    repository: str
    category: str
    version: str
    """What the product's version is to the chart: its `app` version, its own `chart` version, or `own`: no matter."""
    github: tuple[str, ...]
    """`owner/name` in lower case."""
    assets: tuple[re.Pattern[str], ...]
    paths: tuple[re.Pattern[str], ...]
    tags: tuple[re.Pattern[str], ...]
    urls: tuple[re.Pattern[str], ...]
    headers: tuple[re.Pattern[str], ...]
    files: tuple[re.Pattern[str], ...]
    holds: tuple[str, ...]
    """Image repositories and groups of CRDs, of which a copy of the manifest has at least one."""
    differs: tuple[str, ...]
    """What differs by design between the manifest and the chart."""
    source: RepoPath
    bootstrap: tuple[re.Pattern[str], ...] = ()
    """Comment lines by which a file says that the product's own bootstrap wrote it, and will again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The release manifest that objects come from."""

    manifest: Manifest = field(repr=False)
    version: str
    """As the project writes it, with its `v`; empty where nothing tells."""
    source: str
    """The URL, the line of the header or the name of the file that says so."""
    kind: str
    """`url`, `header` or `file`, the strongest first."""
    held: str = ""
    """The image or group of CRDs that a copy was told by."""

    @property
    def title(self) -> str:
        """`cert-manager v1.5.3`."""
        return f"{self.manifest.product} {self.version}".rstrip()

    def fact(self, weights: Weights | None = None) -> Evidence:
        """That this is where objects come from; one fact for each product and version, wherever it is met."""
        weights = weights or Weights()
        by = {"url": "by its URL", "header": "by its header", "file": "by the name of the file"}[self.kind]
        return Evidence(
            kind="release-url" if self.kind == "url" else "release-manifest",
            detail=f"{self.title} ({by})",
            weight=weights.release_file if self.kind == "file" else weights.release_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestIndex:
    """All known release manifests, to be asked about references and files."""

    manifests: tuple[Manifest, ...] = ()
    by_repository: Mapping[str, tuple[Manifest, ...]] = field(default_factory=dict, repr=False)
    headers: tuple[tuple[re.Pattern[str], Manifest], ...] = ()
    files: tuple[tuple[re.Pattern[str], Manifest], ...] = ()

    def referenced(self, text: str) -> Upstream | None:
        """The release manifest that a URL or a kustomize remote base is, or a file of; None for anything else."""
        location = location_of(text)
        if location is None or location.is_whole:
            return None
        return self._at(location)

    def in_header(self, lines: Iterable[str]) -> Iterator[Upstream]:
        """The release manifests that a file's leading comment may name: by a URL, with a version, by its own words."""
        found: list[Upstream] = []
        for said in (line.lstrip("#").strip() for line in lines):
            for url in _URL.findall(said):
                location = location_of(url.rstrip(".,;:"))
                named = self._at(location) if location is not None and (location.ref or location.path) else None
                if named is not None:
                    yield replace(named, source=_shown(said), kind="header")
            for pattern, manifest in self.headers:
                if hit := pattern.fullmatch(said):
                    version = _captured(hit)
                    found.append(Upstream(manifest=manifest, version=version, source=_shown(said), kind="header"))
        yield from sorted(found, key=lambda one: not one.version)

    def called(self, path: str) -> Iterator[Upstream]:
        """What a file's path may mean, weakly: by the folders of a copied repository, or by its name."""
        parts = path.split("/")
        for at in range(len(parts) - 2):
            for manifest in self.by_repository.get("/".join(parts[at : at + 2]).lower(), ()):
                ref, rest = parts[at + 2], "/".join(parts[at + 2 :])
                tag = _first(manifest.tags, ref)
                hit = _first(manifest.paths, rest.partition("/")[2] if tag else rest)
                if hit is not None:
                    version = _captured(hit) or (_captured(tag) if tag else "")
                    yield Upstream(manifest=manifest, version=version, source=path, kind="file")
        for pattern, manifest in self.files:
            if hit := pattern.fullmatch(parts[-1]):
                yield Upstream(manifest=manifest, version=_captured(hit), source=path, kind="file")

    def _at(self, location: Location) -> Upstream | None:
        if not location.repository:
            for manifest in self.manifests:
                hit = _first(manifest.urls, location.path)
                if hit is not None:
                    return Upstream(manifest=manifest, version=_captured(hit), source=str(location), kind="url")
            return None
        for manifest in self.by_repository.get(location.repository, ()):
            tag = _first(manifest.tags, location.ref)
            if location.is_whole:
                # the tags of one product are told from those of another in the same repository
                if tag is not None:
                    return Upstream(manifest=manifest, version=_captured(tag), source=str(location), kind="url")
                continue
            hit = _first(manifest.assets if location.is_asset else manifest.paths, location.path)
            if hit is not None:
                version = _captured(hit) or (_captured(tag) if tag is not None else "")
                return Upstream(manifest=manifest, version=version, source=str(location), kind="url")
        return None


def index_manifests(manifests: Sequence[Manifest]) -> ManifestIndex:
    """The index of a set of release manifests."""
    found: dict[str, tuple[Manifest, ...]] = {}
    for one in manifests:
        for repository in one.github:
            found[repository] = (*found.get(repository, ()), one)
    return ManifestIndex(
        manifests=tuple(manifests),
        by_repository=found,
        headers=tuple((pattern, one) for one in manifests for pattern in one.headers),
        files=tuple((pattern, one) for one in manifests for pattern in one.files),
    )


def load_manifests(team: Iterable[Path] = (), *, shipped: Path | None = None) -> tuple[Manifest, ...]:
    """Our release manifests and those of the team's folders, which win over ours by product. Sorted by product.

    Raises MigrateError (MIG301) for a file with a wrong or unknown field, YamlError (MIG101) for one that is not YAML.
    """
    own = _ours(rules_directory() / "manifests") if shipped is None else _read(shipped, "rules/manifests")
    found = {one.product: one for one in own}
    for folder in team:
        found |= {one.product: one for one in _read(folder, str(TEAM_MANIFESTS))}
    return tuple(found[product] for product in sorted(found))


def _read(folder: Path, name: str) -> tuple[Manifest, ...]:
    files = sorted(folder.glob("*.yaml"))
    return tuple(read_manifest(path.read_bytes(), RepoPath(f"{name}/{path.name}")) for path in files)


@lru_cache(maxsize=1)
def _ours(folder: Path) -> tuple[Manifest, ...]:
    """Those of this installation: they stay what they are for as long as the process lives."""
    return _read(folder, "rules/manifests")


def read_manifest(data: bytes, path: RepoPath) -> Manifest:
    """The release manifest of one rule file; MIG301 names file, line and field of what is wrong with it."""
    rule = strict_file(data, path, RULE_FILE)
    rule.refuse_others(_KNOWN)
    if rule.child("kind").text() != "Manifest":
        raise rule.child("kind").error("must be Manifest")
    if not isinstance(rule.value, Mapping) or "chart" not in rule.value:
        raise rule.child("chart").error("is missing; null where no public chart installs the same")
    chart, repository = rule.child("chart").text(""), rule.child("repository").text("")
    if chart and not repository:
        raise rule.child("repository").error("is missing: where is the chart published")
    holds = rule.child("holds").texts()
    if not holds and rule.child("headers").texts() + rule.child("files").texts():
        raise rule.child("holds").error("is missing: an image or a CRD group by which a copy is told")
    github = _github(rule.child("github"))
    for key in ("assets", "paths"):
        if rule.child(key).texts() and not github:
            raise rule.child(key).error("needs github: the repositories that have them")
    if not any(rule.child(key).texts() for key in ("assets", "paths", "urls", "headers")):
        raise rule.error("names no assets, paths, urls or headers: nothing would ever match")
    return Manifest(
        product=rule.child("product").text(),
        chart=chart,
        repository=repository,
        category=rule.child("category").one_of(CATEGORIES),
        version=rule.child("version").one_of(_COUNTED, "app"),
        github=github,
        assets=_patterns(rule.child("assets")),
        paths=_patterns(rule.child("paths"), suffix="(?:/.*)?"),
        tags=_patterns(rule.child("tags")) or (re.compile(f"(?P<version>{VERSION})"),),
        urls=_patterns(rule.child("urls"), suffix="(?:/.*)?"),
        headers=_patterns(rule.child("headers")),
        files=_patterns(rule.child("files")),
        holds=holds,
        differs=rule.child("differs").texts(),
        source=path,
        bootstrap=_patterns(rule.child("bootstrap")),
    )


def header_of(data: bytes) -> tuple[str, ...]:
    """The comment lines at the head of a file, before anything that is not a comment or a document marker."""
    found: list[str] = []
    for line in data[: _HEADER_LINES * 200].decode("utf-8", "replace").splitlines()[:_HEADER_LINES]:
        text = line.strip().lstrip("\ufeff")
        if text.startswith("#"):
            found.append(text)
        elif text and not text.startswith("---"):
            break
    return tuple(found)


def _github(held: Field) -> tuple[str, ...]:
    names = held.texts()
    for item in held.items() if names else ():
        if not _OWNER_AND_NAME.fullmatch(item.text()):
            raise item.error(f"{item.text()!r} is not owner/name")
    return tuple(name.lower() for name in names)


def _patterns(held: Field, suffix: str = "") -> tuple[re.Pattern[str], ...]:
    """`*` stands for what has no slash, `**` for anything, `{version}` for a version; `.` alone for the top folder."""
    items = held.items() if held.texts() else []
    return tuple(re.compile(_expression(item.text(), item) + suffix) for item in items)


def _expression(text: str, held: Field) -> str:
    if not text.strip("*/"):
        raise held.error(f"{text!r} would match anything")
    if text == ".":
        return ""
    found = ""
    for token in _TOKEN.findall(text.rstrip("/")):
        match token:
            case "{version}":
                found += "(?P=version)" if "(?P<version>" in found else f"(?P<version>{VERSION})"
            case "**":
                found += ".*"
            case "*":
                found += "[^/]*"
            case "{":
                raise held.error(f"{text!r} has a placeholder other than {_PLACEHOLDER}")
            case _:
                found += re.escape(token)
    return found


def _shown(said: str) -> str:
    """A line of a comment, without the credentials of a URL in it."""
    return "# " + _LOGIN.sub("://", said)


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((hit for pattern in patterns if (hit := pattern.fullmatch(text))), None)


def _captured(hit: re.Match[str]) -> str:
    return hit.groupdict().get("version") or ""
