"""Which local content stands for which remote place."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.engines import git_prefix, is_repository, remote_urls, resolve_commit
from migrator.load import RemoteUrl, remote_url
from migrator.model import RepoPath
from migrator.render_roots.remotes.checkouts import Checkouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A remote place, and the local file, folder or git directory that stands for it."""

    url: RemoteUrl
    target: Path
    shown: str
    """How messages call the target: as somebody wrote it."""
    remotes: tuple[str, ...] = ()
    """The names by which git knows the place, where it is the repository itself."""
    is_own: bool = False

    @property
    def is_git(self) -> bool:
        bare = all((self.target / name).exists() for name in ("HEAD", "objects", "refs"))
        return bare or (self.target / ".git").exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The content of one remote reference."""

    tree: Path
    """The folder that stands for the remote place, or a single file."""
    path: RepoPath
    """Below it."""
    label: str
    """`https://HOST/ORG/REPO@REF`, as kustomize names it in origins."""
    named: RepoPath
    """The path, as it is below the label."""
    note: str = ""
    """What a person has to know of the content: that it may not be that of the reference."""
    is_doubtful: bool = False
    beside: Path | None = None
    """The work tree that may hold other content at the same path, where the repository is its own remote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remotes:
    """Everything remote that is at hand."""

    mapped: tuple[Mapped, ...] = ()
    _checkouts: Checkouts = field(default_factory=Checkouts, repr=False, compare=False)

    def knows(self, text: str) -> bool:
        """Whether something stands for the place that a reference names."""
        return self._best(text) is not None

    def found(self, text: str) -> Found | None:
        """The content of a reference; None where nothing stands for its place.

        MIG218 where what stands for it does not hold the reference; raises what git raises.
        """
        best = self._best(text)
        if best is None:
            return None
        one, url, path = best
        named = RepoPath(posixpath.basename(url.path)) if one.target.is_file() else path
        place = url.path.removesuffix(f"/{named}")
        label = f"https://{url.host}/{place}" + (f"@{url.ref}" if url.ref else "")
        found = self._content(one, url, Found(tree=one.target, path=path, label=label, named=named))
        if not (found.tree / path).exists():
            raise _lacking(text, one, f"holds no {path}")
        if not Path(os.path.realpath(found.tree / path)).is_relative_to(os.path.realpath(found.tree)):
            raise _lacking(text, one, f"holds {path} by a link that leads out of it")
        return found

    def _content(self, one: Mapped, url: RemoteUrl, plain: Found) -> Found:
        if one.is_own:
            commit = _own_commit(one, url.ref) if one.is_git else None
            if commit is None:
                asked = f"the reference {url.ref}" if url.ref else "the default branch of its remote"
                note = f"{asked} is not known here, so the files are taken as they are in the work tree"
                return replace(plain, note=note, is_doubtful=True)
            return replace(plain, tree=self._checkouts.at(one.target, commit), beside=one.target)
        if not one.is_git:
            return replace(plain, note=f"its content is {one.shown} as it is" if one.target.is_dir() else "")
        commit = resolve_commit(one.target, url.ref or "HEAD")
        if commit is None and one.url.ref:  # somebody says that this is the content of the reference
            return replace(plain, note=f"its content is {one.shown} as it is")
        if commit is None:
            raise _lacking(str(url), one, f"is a git repository without {url.ref or 'a commit'}")
        return replace(plain, tree=self._checkouts.at(one.target, commit))

    def _best(self, text: str) -> tuple[Mapped, RemoteUrl, RepoPath] | None:
        """The nearest place: the longest path, one for this very reference before one for all."""
        url = remote_url(text)
        if url is None:
            return None
        fitting = [(one, RepoPath(path)) for one in self.mapped if (path := url.within(one.url)) is not None]
        if not fitting:
            return None
        one, path = max(fitting, key=lambda each: (len(each[0].url.path), bool(each[0].url.ref), not each[0].is_own))
        return one, url, path


def mapped_to(text: str, target: Path, shown: str) -> Mapped:
    """What `URL: DIR` says; MIG925 where the URL names no place or the target is not there."""
    url = remote_url(text)
    if url is None:
        raise MigrateError.of(
            "MIG925", f"{text!r} is no remote place", remedy="write it as github.com/ORG/REPO, with ?ref= if you like"
        )
    if not target.exists():
        raise MigrateError.of(
            "MIG925",
            f"{shown}, which stands for {text}, does not exist",
            remedy="name a folder, a local git directory or a file",
        )
    return Mapped(url=url, target=target.absolute(), shown=shown)


def own_remotes(root: Path, named: Iterable[str] = ()) -> tuple[Mapped, ...]:
    """The places that git's configuration calls remotes of the repository in which the folder lies.

    `named` are further ones, by which others call it.
    """
    if not root.is_dir():
        return ()
    is_git = is_repository(root)
    prefix = git_prefix(root).rstrip("/") if is_git else ""
    top = Path(os.path.realpath(root))
    for _ in prefix.split("/") if prefix else ():
        top = top.parent
    names: dict[RemoteUrl, list[str]] = {}
    for name, text in sorted(remote_urls(root).items()) if is_git else ():
        if (url := remote_url(text)) is not None:
            names.setdefault(url, []).append(name)
    for text in named:
        if (url := remote_url(text)) is not None:
            names.setdefault(url, [])
    return tuple(
        Mapped(url=url, target=top, shown="this repository", remotes=tuple(found), is_own=True)
        for url, found in names.items()
    )


def _own_commit(one: Mapped, ref: str) -> str | None:
    """What the remote has at a reference, as far as it was fetched; a local branch only where nothing was."""
    tries = [f"refs/remotes/{name}/{ref or 'HEAD'}" for name in one.remotes]
    tries += [f"refs/tags/{ref}", ref] if ref else []
    return next((commit for each in tries if (commit := resolve_commit(one.target, each)) is not None), None)


def _lacking(text: str, one: Mapped, what: str) -> MigrateError:
    shown = str(remote_url(text) or text)
    remedy = "fetch it there" if one.is_git else "correct the path in the reference, or what stands for its repository"
    return MigrateError.of("MIG218", f"{one.shown}, which stands for {shown}, {what}", remedy=remedy)
