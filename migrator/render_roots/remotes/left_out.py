"""Remote bases that cannot be had: in copies, an empty base stands in for them, or for what does not build without.

A base adds objects and changes no others, apart from what kustomize carries over: names, variables, and settings of
its transformers. What needs those stays in Kustomize (`rewrite/kustomize/left_out.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from migrator.diagnostics import Diagnostic, Severity
from migrator.load import Kustomization, Kustomizations, Reference, ReferenceKind
from migrator.model import LeftOut, RepoPath
from migrator.render_roots.remotes.mapped import Remotes
from migrator.render_roots.remotes.supply import EMPTY, remedy_for, shown_remote

_ADDING = frozenset({"resources", "components"})
"""Fields by which objects come in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """The remote references of a root that cannot be had."""

    root: RepoPath
    kustomizations: Kustomizations = field(repr=False)
    references: tuple[Reference, ...]

    def left_out(self) -> LeftOut:
        """What the root may be built without; nothing where something remote could change all that it renders.

        Something remote that is no base (a component, a patch, settings) takes the folder with it that names it.
        """
        folders: set[RepoPath] = set()
        pending, seen = [each.path for each in self._met() if self._is_changed(each)], set()
        while pending:
            path = pending.pop()
            if path == self.root:
                return LeftOut()
            if path in seen:
                continue
            seen.add(path)
            if self.kustomizations.by_path[path].kind != "Component":
                folders.add(path)
                continue
            met = {each.path for each in self._met()}
            pending += [each for each in self.kustomizations.includers(path) if each in met]
        remotes = {shown_remote(each.text) for each in self.references}
        return LeftOut(remotes=tuple(sorted(remotes)), folders=tuple(sorted(folders)))

    def resting_on_them(self) -> Iterator[Kustomization]:
        """Bases of the root that rest on any of them, what is included before what includes it."""
        for held in self._met():
            if held.path != self.root and held.kind != "Component" and self._rests(held.path):
                yield held

    def _met(self) -> tuple[Kustomization, ...]:
        return self.kustomizations.innermost_first(self.root)

    def _rests(self, path: RepoPath) -> bool:
        return not set(self.references).isdisjoint(self.kustomizations.reach(path).remote)

    def _is_changed(self, held: Kustomization) -> bool:
        """Whether a kustomization works on objects with something that is not there."""
        return any(
            (each in self.references and each.field != "resources")
            or (
                each.kind is ReferenceKind.DIRECTORY
                and each.field not in _ADDING
                and each.path is not None
                and self._rests(each.path)
            )
            for each in held.references
        )


def lacking(root: RepoPath, kustomizations: Kustomizations, remotes: Remotes, *, network: bool) -> Lacking:
    """The remote references of a root that cannot be had."""
    found = () if network else kustomizations.reach(root).remote
    references = tuple(each for each in found if not remotes.knows(each.text))
    return Lacking(root=root, kustomizations=kustomizations, references=references)


def still_left_out(recorded: LeftOut, found: Lacking) -> LeftOut:
    """What of it is left out now: only what was, and of that no more than cannot be had still."""
    remotes = {shown_remote(each.text) for each in found.references}
    rests = {held.path for held in found.resting_on_them()}
    return LeftOut(
        remotes=tuple(each for each in recorded.remotes if each in remotes),
        folders=tuple(each for each in recorded.folders if each in rests),
    )


def leave_out(folder: RepoPath, stage: Path, kustomizations: Kustomizations) -> None:
    """Let a kustomization of a copy render nothing."""
    (stage / kustomizations.by_path[folder].file).write_text(EMPTY, encoding="utf-8")


def not_building(found: Lacking, stage: Path, builds: Callable[[RepoPath], bool]) -> tuple[RepoPath, ...]:
    """The bases of a copy that do not build with empty bases in the place of remote ones; each renders nothing then."""
    folders = []
    for held in found.resting_on_them():
        if not builds(held.path):
            leave_out(held.path, stage, found.kustomizations)
            folders.append(held.path)
    return tuple(folders)


def notices(left_out: LeftOut, found: Lacking) -> tuple[Diagnostic, ...]:
    """What to tell of a root that was built so: one for each remote base, at its line."""
    made: dict[str, Diagnostic] = {}
    for each in found.references:
        shown = shown_remote(each.text)
        if shown not in left_out.remotes or shown in made:
            continue
        whole = [folder for folder in left_out.folders if each in found.kustomizations.reach(folder).remote]
        with_it = f", and without {', '.join(whole)}, which needs it" if whole else ""
        made[shown] = Diagnostic(
            code="MIG222",
            severity=Severity.WARNING,
            summary=f"{found.root} is built without {shown}, which is remote and not at hand{with_it}: what it adds is "
            "in neither side of any comparison",
            span=each.span,
            remedy=remedy_for(each.text),
        )
    return tuple(made.values())
