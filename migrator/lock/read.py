"""The text of `.migrate/lock.yaml` -> a lock, with the place of everything that is wrong in it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

from migrator.diagnostics import MigrateError
from migrator.lock.types import LOCK_PATH, Lock, LockedComponent, LockedEnvironment, LockedRelease
from migrator.lock.write import API_VERSION
from migrator.model import Json, KeyPath, ReleaseContext, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value

T = TypeVar("T")

_REMEDY = "restore .migrate/lock.yaml from git"


def load_lock(root: Path) -> Lock | None:
    """The lock of the repository at `root`, None where it has none; errors as `read_lock`."""
    try:
        data = (root / LOCK_PATH).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise MigrateError.of(
            "MIG601", f"cannot read the lock: {error.strerror}", span=SourceSpan(path=LOCK_PATH), remedy=_REMEDY
        ) from None
    return read_lock(data)


def read_lock(data: bytes | str, path: RepoPath = LOCK_PATH) -> Lock:
    """The lock that a text holds.

    Raises MigrateError MIG101 (YAML), MIG601 (a key is missing, unknown or of the wrong type, a path leaves the
    repository) or MIG602 (written by a version with another format), each with its line.
    """
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    return _Reader(data, path).lock(value)


class _Reader:
    """Checks one document and knows where each key stands."""

    def __init__(self, data: bytes | str, path: RepoPath) -> None:
        self._data = data
        self._path = path

    def lock(self, value: Json) -> Lock:
        found = self._mapping(value, ())
        if found.get("apiVersion") != API_VERSION or found.get("kind") != "Lock":
            raise MigrateError.of(
                "MIG602",
                f"the lock is {found.get('apiVersion')} {found.get('kind')}; this version reads {API_VERSION} Lock",
                span=SourceSpan(path=self._path),
                remedy="use the version of migrate that wrote it, or restore the file",
            )
        self._keys(found, (), ("apiVersion", "kind", "baseline", "engines", "environments", "components", "proof"))
        baseline = self._keys(found["baseline"], ("baseline",), ("commit", "tree"))
        proof = self._keys(found["proof"], ("proof",), ("verdict", "digest"), ("rendered",))
        engines = self._mapping(found["engines"], ("engines",))
        return Lock(
            commit=self._text(baseline["commit"], ("baseline", "commit")) if baseline["commit"] is not None else None,
            tree=self._text(baseline["tree"], ("baseline", "tree")),
            engines={name: self._text(text, ("engines", name)) for name, text in engines.items()},
            environments=self._each(
                found["environments"],
                ("environments",),
                partial(self._environment, kube_version=str(engines.get("kubeVersion") or "")),
            ),
            components=self._each(found["components"], ("components",), self._component),
            verdict=self._text(proof["verdict"], ("proof", "verdict")),
            proof_digest=self._text(proof["digest"], ("proof", "digest")),
            rendered=self._each(proof.get("rendered") or {}, ("proof", "rendered"), self._digests),
        )

    def _environment(self, value: Json, place: KeyPath, *, kube_version: str) -> LockedEnvironment:
        found = self._keys(value, place, ("before", "after"))
        after = self._keys(found["after"], (*place, "after"), ("kustomize", "helm"))
        releases = self._list(after["helm"], (*place, "after", "helm"))
        return LockedEnvironment(
            before=self._paths(found["before"], (*place, "before")),
            kustomize=self._paths(after["kustomize"], (*place, "after", "kustomize")),
            helm=tuple(
                self._release(item, (*place, "after", "helm", index), kube_version)
                for index, item in enumerate(releases)
            ),
        )

    def _release(self, value: Json, place: KeyPath, kube_version: str) -> LockedRelease:
        keys = ("component", "release", "namespace", "path", "dependency", "values")
        optional = ("includeCRDs", "hooks", "apiVersions", "postRender")
        found = self._keys(value, place, keys, optional)
        chart = self._keys(found["dependency"], (*place, "dependency"), ("name", "version", "repository", "digest"))
        texts = {key: self._text(found[key], (*place, key)) for key in ("component", "release", "namespace")}
        names = ("name", "version", "repository", "digest")
        crds, hooks = found.get("includeCRDs", True), found.get("hooks", "run")
        if not isinstance(crds, bool):
            self._fail("includeCRDs is true or false", (*place, "includeCRDs"))
        if hooks not in ("run", "skip"):
            self._fail(f"hooks is {hooks!r}; one of run, skip", (*place, "hooks"))
        post_render = found.get("postRender")
        return LockedRelease(
            component=texts["component"],
            context=ReleaseContext(
                release=texts["release"],
                namespace=texts["namespace"],
                kube_version=kube_version,
                api_versions=tuple(self._texts(found.get("apiVersions") or [], (*place, "apiVersions"))),
            ),
            path=self._inside(found["path"], (*place, "path")),
            **{key: self._text(chart[key], (*place, "dependency", key)) for key in names},
            values=tuple(self._paths(found["values"], (*place, "values"))),
            include_crds=crds,
            hooks=hooks,
            post_render=None if post_render is None else str(self._inside(post_render, (*place, "postRender"))),
        )

    def _component(self, value: Json, place: KeyPath) -> LockedComponent:
        found = self._keys(value, place, ("decision", "resources"), ("allowances",))
        resources = found["resources"]
        if not isinstance(resources, int) or isinstance(resources, bool):
            self._fail("resources is a number", (*place, "resources"))
        return LockedComponent(
            decision=self._text(found["decision"], (*place, "decision")),
            resources=resources,
            allowances=self._texts(found.get("allowances") or [], (*place, "allowances")),
        )

    def _each(self, value: Json, place: KeyPath, read: Callable[[Json, KeyPath], T]) -> Mapping[str, T]:
        return {name: read(item, (*place, name)) for name, item in sorted(self._mapping(value, place).items())}

    def _digests(self, value: Json, place: KeyPath) -> Mapping[str, str]:
        return self._each(value, place, self._text)

    def _paths(self, value: Json, place: KeyPath) -> tuple[RepoPath, ...]:
        return tuple(self._inside(item, (*place, index)) for index, item in enumerate(self._list(value, place)))

    def _inside(self, value: Json, place: KeyPath) -> RepoPath:
        text = self._text(value, place)
        path = posixpath.normpath(text)
        if not text or path.startswith(("/", "../")) or path == ".." or "\\" in text:
            self._fail(f"the path {text!r} leaves the repository", place)
        return RepoPath(path)

    def _texts(self, value: Json, place: KeyPath) -> tuple[str, ...]:
        return tuple(self._text(item, (*place, index)) for index, item in enumerate(self._list(value, place)))

    def _text(self, value: Json, place: KeyPath) -> str:
        if not isinstance(value, str):
            self._fail(f"{_name(place)} is a text", place)
        return value

    def _list(self, value: Json, place: KeyPath) -> list[Json]:
        if not isinstance(value, list):
            self._fail(f"{_name(place)} is a list", place)
        return value

    def _mapping(self, value: Json, place: KeyPath) -> Mapping[str, Json]:
        if not isinstance(value, dict):
            self._fail(f"{_name(place)} is a mapping", place)
        return value

    def _keys(
        self, value: Json, place: KeyPath, required: Sequence[str], optional: Sequence[str] = ()
    ) -> Mapping[str, Json]:
        found = self._mapping(value, place)
        for key in found:
            if key not in required and key not in optional:
                self._fail(f"unknown key {key!r} in {_name(place)}", (*place, key))
        for key in required:
            if key not in found:
                self._fail(f"{_name(place)} lacks {key!r}", place)
        return found

    def _fail(self, problem: str, place: KeyPath) -> NoReturn:
        from migrator.yamlio import spans

        positions = spans(self._data)
        while place and place not in positions:
            place = place[:-1]
        span = SourceSpan(path=self._path)
        if place:
            span = SourceSpan(path=self._path, line=positions[place].line, column=positions[place].column)
        raise MigrateError.of("MIG601", f"the lock cannot be used: {problem}", span=span, remedy=_REMEDY)


def _name(place: KeyPath) -> str:
    return ".".join(map(str, place)) or "the lock"
