"""Kustomize's origin annotations -> Origin; and the object without them, as a plain build prints it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping

from migrator.diagnostics import MigrateError
from migrator.model import Json, Origin, RepoPath
from migrator.yamlio import Dialect, read_value

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
BUILD_METADATA = {ORIGIN: "originAnnotations", TRANSFORMATIONS: "transformerAnnotations"}
"""Annotation -> the word in `buildMetadata` that asks for it."""

_INFLATER = ("builtin", "HelmChartInflationGenerator")


class OriginReader:
    """Reads the annotations of one build; equal texts are read once, as most of a build shares them."""

    def __init__(self, root: RepoPath, resolve: Callable[[RepoPath], RepoPath]) -> None:
        self._root = root
        self._resolve = resolve
        self._origins: dict[tuple[str, str], Origin | None] = {}

    def origin(self, body: Mapping[str, Json]) -> Origin | None:
        """Where an object of the build comes from; None where a patch removed the annotation."""
        held = _annotations(body)
        texts = (str(held.get(ORIGIN) or ""), str(held.get(TRANSFORMATIONS) or ""))
        if texts not in self._origins:
            self._origins[texts] = self._read(*texts)
        return self._origins[texts]

    def _read(self, origin_text: str, transformations_text: str) -> Origin | None:
        origin = _yaml(origin_text)
        if not isinstance(origin, dict) or _is_afterthought(origin):
            return None
        transformations = _yaml(transformations_text)
        places = (_place(item) for item in transformations) if isinstance(transformations, list) else ()
        transformed = dict.fromkeys(self._inside(place) for place in places if place)
        repo, ref = str(origin.get("repo") or ""), str(origin.get("ref") or "")
        remote = f"{repo}@{ref}" if repo and ref else repo
        place, made = _place(origin), origin.get("configuredBy")
        return Origin(
            path=RepoPath(place) if remote else self._inside(place),
            generated="configuredBy" in origin or "configuredIn" in origin,
            inflated=isinstance(made, dict) and (made.get("apiVersion"), made.get("kind")) == _INFLATER,
            remote=remote,
            transformed_in=tuple(transformed),
        )

    def _inside(self, place: str) -> RepoPath:
        """A path as kustomize gives it, relative to the root's folder -> the real one, relative to the repository."""
        return self._resolve(RepoPath(posixpath.normpath(posixpath.join(self._root, place))))


def without_build_metadata(body: Mapping[str, Json], kept: Collection[str] = ()) -> Mapping[str, Json]:
    """The object without the origin annotations, save those in `kept` (which the user's own buildMetadata asks for).

    A plain build never prints them, even where a user wrote them, and never prints an empty `annotations`.
    """
    held = _annotations(body)
    dropped = [name for name in BUILD_METADATA if name in held and name not in kept]
    if not dropped:
        return body
    annotations = {key: value for key, value in held.items() if key not in dropped}
    metadata = {key: value for key, value in body["metadata"].items() if key != "annotations" or annotations}
    if annotations:
        metadata["annotations"] = annotations
    return {**body, "metadata": metadata}


def _annotations(body: Mapping[str, Json]) -> Mapping[str, Json]:
    metadata = body.get("metadata")
    held = metadata.get("annotations") if isinstance(metadata, dict) else None
    return held if isinstance(held, dict) else {}


def _is_afterthought(origin: Mapping[str, Json]) -> bool:
    """Whether a patch wrote over the annotation: kustomize then names the patch as what made the object."""
    made = origin.get("configuredBy")
    return (
        isinstance(made, dict) and made.get("apiVersion") == "builtin" and str(made.get("kind")).endswith("Transformer")
    )


def _place(origin: Json) -> str:
    if not isinstance(origin, dict):
        return ""
    return str(origin.get("configuredIn") or origin.get("path") or "")


def _yaml(text: str) -> Json:
    try:
        return read_value(text, dialect=Dialect.SIGS, path=RepoPath(ORIGIN)) if text else None
    except MigrateError:
        return None
