"""Argo CD, Flux and argocd-image-updater objects: the folders of this repository that they name."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.model import KeyPath, RepoPath
from migrator.rewrite.automation.configuration.yaml_scalars import Scalar, Yaml, documents
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import follow_word, literal, resolved

GROUPS = ("argoproj.io", "fluxcd.io")
_ROOT = RepoPath(".")
_OBJECT = re.compile(rb"""apiVersion["']?:\s*["']?(?:[\w-]+\.)*(?:argoproj|fluxcd)\.io/""")
_KIND = re.compile(
    rb"""kind["']?:\s*["']?(?:Application|ApplicationSet|GitRepository|ImageUpdat\w+|Kustomization|HelmRelease)\b"""
)
_GENERATE_PATHS = "argocd.argoproj.io/manifest-generate-paths"
_WRITE_BACK = "argocd-image-updater.argoproj.io/write-back-target"
_UPDATER = "argocd-image-updater.argoproj.io/"
_IMAGE_LIST = f"{_UPDATER}image-list"
_IMAGE = re.compile(rb"""(?m)^[\s-]*["']?(?:image|newName)["']?:\s*["']?([^\s"'#{}]+)""")
_MARKER = '{"$imagepolicy"'
_POLICY = re.compile(rb"""\{"\$imagepolicy":\s*"([^":]+:[^":]+)""")
_TARGET = re.compile(r"(?P<kind>kustomization|helmvalues):(?P<path>.+)")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_PATTERN = re.compile(r"\{\{|[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A path that an object names, and the repository that it means it in: a URL, or a name of one."""

    scalar: Scalar
    repository: str
    skip: int = 0
    """Characters in front that are not part of the path: a slash."""
    base: RepoPath = _ROOT


def has_gitops(data: bytes) -> bool:
    """Whether a text may hold an object that names folders."""
    return _OBJECT.search(data) is not None and _KIND.search(data) is not None


def named_folders(text: str) -> tuple[tuple[str, str], ...]:
    """Repository and folder, of every object that names one; YamlError where the text is not YAML."""
    return tuple(
        (each.repository, each.scalar.text)
        for document in documents(text)
        for each in named_paths(document)
        if each.scalar.path[-1] == "path" and not _PATTERN.search(each.scalar.text)
    )


def own_repositories(named: Iterable[tuple[str, str]], moves: Moves) -> frozenset[str]:
    """The repositories of which every folder that is named is here: this one, as far as can be told."""
    here = {folder for path in moves.before for folder in _with_folders(path)}
    found: dict[str, bool] = defaultdict(lambda: True)
    for repository, folder in named:
        found[repository] &= posixpath.normpath(folder.lstrip("/") or ".") in here
    return frozenset(repository for repository, is_here in found.items() if is_here)


def read_gitops(text: str, book: Book, moves: Moves, own: frozenset[str]) -> None:
    """Follow the paths in the repositories `own`; YamlError where the text is not YAML."""
    for document in documents(text):
        for each in named_paths(document):
            if each.repository in own and each.scalar.origin is not None:
                _follow(each, book, moves)
        _updated_images(document, book, moves)
        if document.at("kind") == "ImageUpdateAutomation":
            _markers(document, book, moves)


def _follow(each: Named, book: Book, moves: Moves) -> None:
    inner = Book()
    text = each.scalar.text[each.skip :]
    blind = _TEMPLATE.search(text)
    if blind:
        from migrator.rewrite.automation.paths.path_words import Piece

        pieces: list[Piece] = []
        at = 0
        for found in _TEMPLATE.finditer(text):
            pieces += literal(text[at : found.start()], each.skip + at) if found.start() > at else ()
            pieces.append(Piece(text=None, start=each.skip + found.start(), end=each.skip + found.end(), is_fixed=True))
            at = found.end()
        pieces += literal(text[at:], each.skip + at) if at < len(text) else ()
        follow_word(inner, pieces, each.base, moves, is_path=True)
    else:
        follow_word(inner, literal(text, each.skip), each.base, moves, is_path=True)
    if each.scalar.origin is not None and text:
        book.take(inner, each.scalar.origin)


def named_paths(document: Yaml) -> Iterator[Named]:
    """Every path that an object of Argo CD, Flux or argocd-image-updater names; none of another object."""
    group = (document.at("apiVersion") or "").partition("/")[0]
    if not any(group == each or group.endswith(f".{each}") for each in GROUPS):
        return
    if group.endswith("fluxcd.io"):
        yield from _flux(document)
    else:
        yield from _argo(document)


def _flux(document: Yaml) -> Iterator[Named]:
    kind = document.at("kind")
    source = {
        "Kustomization": ("spec", "sourceRef", "name"),
        "HelmRelease": ("spec", "chart", "spec", "sourceRef", "name"),
        "ImageUpdateAutomation": ("spec", "sourceRef", "name"),
    }.get(kind or "")
    if source is None or document.at(*source[:-1], "kind") not in ("GitRepository", None):
        return
    repository = f"GitRepository {document.at(*source) or ''}"
    for scalar in document.scalars:
        if (
            (kind == "Kustomization" and scalar.path == ("spec", "path"))
            or (kind == "ImageUpdateAutomation" and scalar.path == ("spec", "update", "path"))
            or (kind == "HelmRelease" and scalar.path == ("spec", "chart", "spec", "chart"))
            or (kind == "HelmRelease" and scalar.path[:-1] == ("spec", "chart", "spec", "valuesFiles"))
        ):
            yield Named(scalar=scalar, repository=repository, skip=1 if scalar.text.startswith("/") else 0)


def _argo(document: Yaml) -> Iterator[Named]:
    references = _references(document)
    first = ""
    first_path = ""
    for scalar in document.scalars:
        url = document.at(*scalar.path[:-1], "repoURL")
        if scalar.path[-1:] == ("path",) and url is not None:
            first, first_path = first or url, first_path or scalar.text
            yield Named(scalar=scalar, repository=url, skip=1 if scalar.text.startswith("/") else 0)
        elif scalar.path[-1:] == ("path",) and len(scalar.path) > 2 and scalar.path[-3] in ("directories", "files"):
            owner = document.at(*scalar.path[:-3], "repoURL")
            if owner is not None:
                yield Named(scalar=scalar, repository=owner)
        elif scalar.path[-3:-1] == ("helm", "valueFiles"):
            yield from _values_file(document, scalar, references)
    for scalar in document.scalars:
        last = scalar.path[-1:]
        if not first or _TEMPLATE.search(scalar.text):
            continue
        if last == (_GENERATE_PATHS,) and scalar.text.startswith("/") and ";" not in scalar.text:
            yield Named(scalar=scalar, repository=first, skip=1)
        elif last in ((_WRITE_BACK,), ("writeBackTarget",)) and (found := _TARGET.fullmatch(scalar.text)):
            start = found.start("path") + (1 if found["path"].startswith("/") else 0)
            folder = resolved(first_path, _ROOT) or _ROOT
            base = _ROOT if found["path"].startswith("/") else folder
            yield Named(scalar=scalar, repository=first, skip=start, base=base)


def _values_file(document: Yaml, scalar: Scalar, references: Mapping[str, str]) -> Iterator[Named]:
    """A values file is seen from the chart, from the repository (`/`), or from another source (`$name/`)."""
    source: KeyPath = scalar.path[:-3]
    url = document.at(*source, "repoURL")
    if scalar.text.startswith("$"):
        name, slash, _ = scalar.text[1:].partition("/")
        if name in references and slash:
            yield Named(scalar=scalar, repository=references[name], skip=len(name) + 2)
    elif url is not None and "://" not in scalar.text:
        if scalar.text.startswith("/"):
            yield Named(scalar=scalar, repository=url, skip=1)
        elif (folder := resolved(document.at(*source, "path") or "", _ROOT)) is not None:
            yield Named(scalar=scalar, repository=url, base=folder)


def _references(document: Yaml) -> Mapping[str, str]:
    found = {}
    for scalar in document.scalars:
        url = document.at(*scalar.path[:-1], "repoURL")
        if scalar.path[-1:] == ("ref",) and url is not None:
            found[scalar.text] = url
    return found


def _updated_images(document: Yaml, book: Book, moves: Moves) -> None:
    """What argocd-image-updater sets in a kustomization does nothing to a chart: there it needs the value (fact S3)."""
    is_updater = document.at("kind") == "ImageUpdater"
    for scalar in document.scalars:
        if scalar.path[-1:] == (_IMAGE_LIST,):
            listed = [each.strip().rpartition("=") for each in scalar.text.split(",")]
        elif is_updater and scalar.path[-1:] == ("imageName",):
            listed = [("", "", scalar.text)]
        else:
            continue
        for alias, _, image in listed:
            heir = moves.images.get(_bare(image))
            known = f"{_UPDATER}{alias}.helm.image-" if alias else ""
            if heir is not None and not any(
                known and str(each.path[-1]).startswith(known) for each in document.scalars
            ):
                needs = "manifestTargets.helm" if is_updater else f"{alias or 'ALIAS'}.helm.image-name and -tag"
                book.note(
                    scalar.start,
                    f"{_bare(image)} comes from the chart {heir} now: argocd-image-updater needs {needs} "
                    f"and the write-back target helmvalues:/{heir}/values.yaml for it",
                )


def images_of(data: bytes) -> frozenset[str]:
    """The names, without tag and digest, of the images that a manifest or a kustomization sets."""
    return frozenset(_bare(found.decode("utf-8", "replace")) for found in _IMAGE.findall(data))


def _bare(image: str) -> str:
    """`registry:5000/a/b` of `registry:5000/a/b:1.2@sha256:...`."""
    bare = image.partition("@")[0]
    head, colon, tag = bare.rpartition(":")
    return head if colon and "/" not in tag else bare


def _markers(document: Yaml, book: Book, moves: Moves) -> None:
    """Files with image markers have to lie below the folder that Flux updates, as they did before."""
    place = next((each for each in document.scalars if each.path == ("spec", "update", "path")), None)
    if place is None:
        return
    old = resolved(place.text.lstrip("/") or ".", _ROOT)
    if old is None or old == ".":
        return
    inside = [path for path in moves.marked if path.startswith(f"{old}/")]
    spot = moves.places.get(old)
    now = spot.path if spot is not None and spot.path is not None else old
    out = [target for path in inside if (target := moves.files.get(path))]
    out += [file for path, file in moves.carried.items() if path.startswith(f"{old}/")]
    out = [path for path in out if not path.startswith(f"{now}/")]
    if out:
        book.note(
            place.start,
            f"Flux updates the images below {now} alone, and {out[0]} with its image markers is outside now",
        )


def policies(data: bytes) -> frozenset[bytes]:
    """Namespace and name of the policies that the image markers of a file name."""
    return frozenset(_POLICY.findall(data))


def has_marker(data: bytes) -> bool:
    """Whether a file has an image marker of Flux."""
    return _MARKER.encode() in data


def _with_folders(path: str) -> Iterator[str]:
    parts = path.split("/")
    for end in range(len(parts)):
        yield "/".join(parts[: end + 1]) if end < len(parts) else path
    yield "."
