"""Everything that looks after a migrated repository, as edits: pipelines, scripts, Renovate, CODEOWNERS, monitoring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.model import RepoPath, SourceSpan
from migrator.pipelines import scripts
from migrator.pipelines.deployed import Deployed
from migrator.pipelines.monitoring import prometheus_rule
from migrator.pipelines.own_files import CAUSE, OwnFile, Read, own_file, place_for
from migrator.pipelines.owners import GITHUB_PLACES, GITLAB_PLACES, owned_lines, with_owners
from migrator.pipelines.platforms import GITLAB, GITLAB_PART, WORKFLOWS, github, gitlab, including, stage_of
from migrator.pipelines.renovate import NEW, PACKAGE, PLACES, CannotExtendError, Wanted, extended, new_configuration
from migrator.rewrite import FileEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a team wants to have written."""

    platform: str = ""
    """github or gitlab; empty for no pipelines."""
    branch: str = ""
    """What pipelines run on beside requests; empty for the usual names."""
    renovate: Wanted = field(default_factory=dict)
    """What Renovate has to see; empty where it is not wanted."""
    owners: Mapping[RepoPath, Sequence[str]] = field(default_factory=dict)
    """Folder -> who owns it."""
    monitoring: RepoPath | None = None
    """The folder of the rules for Prometheus."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """By which Prometheus knows its rules."""
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What pipelines have to know of the repository."""

    read: Read
    why_not: Callable[[RepoPath], str | None] = lambda _: None
    """Why a file cannot be written at its place, as a clause; None where it can."""
    policies: Sequence[RepoPath] = ()
    """Folders with rules of conftest."""
    lacking: Mapping[RepoPath, str] = field(default_factory=dict)
    """Overlays that kustomize does not build from what the repository has, each with the reason."""
    inflates: bool = False
    """Whether kustomize inflates charts."""
    is_strict_scan: bool = False
    """Whether the team has configured checkov."""
    is_top: bool = True
    """Whether the folder is the top of git's repository, where pipelines and bots look."""


def emitted(
    all_of_it: Deployed, wishes: Wishes, around: Surroundings
) -> tuple[tuple[FileEdit, ...], tuple[Diagnostic, ...]]:
    """The edits by path, and what is to be said: MIG670 and MIG671 kept files, MIG672 what has to be done by hand."""
    files = [
        *(_checked(all_of_it, wishes, around) if wishes.platform else ()),
        *(_renovate(wishes.renovate, around) if wishes.renovate else ()),
        *(_owners(wishes, around) if wishes.owners else ()),
        *(_monitoring(all_of_it, wishes, wishes.monitoring, around) if wishes.monitoring else ()),
    ]
    edits = {each.edit.path: each.edit for each in files if each.edit is not None}
    notes = [note for each in files for note in each.notes]
    for path in sorted(edits):
        if (why := around.why_not(path)) is not None:
            del edits[path]
            notes.append(_by_hand(path, f"{path} cannot be written: {why}", "make room for it and apply again"))
    return tuple(edits[path] for path in sorted(edits)), tuple(dict.fromkeys(notes))


def _checked(all_of_it: Deployed, wishes: Wishes, around: Surroundings) -> Iterator[OwnFile]:
    validate = scripts.validate(
        all_of_it,
        around.policies,
        around.lacking,
        inflates=around.inflates,
        is_strict_scan=around.is_strict_scan,
    )
    yield own_file(scripts.VALIDATE, validate, around.read, is_executable=True)
    if all_of_it.releases:
        path = place_for(scripts.INFRASTRUCTURE, around.read)
        text = scripts.deploy_infrastructure(all_of_it, path.rpartition("/")[2])
        yield own_file(scripts.INFRASTRUCTURE, text, around.read, is_executable=True)
    if all_of_it.overlays:
        path = place_for(scripts.APPLICATIONS, around.read)
        text = scripts.deploy_applications(all_of_it, path.rpartition("/")[2], inflates=around.inflates)
        yield own_file(scripts.APPLICATIONS, text, around.read, is_executable=True)
    if around.why_not(place_for(scripts.VALIDATE, around.read)) is not None:
        return  # it is what pipelines run
    if not around.is_top:
        yield _told(".", "pipelines lie at the top of git's repository, and this folder is below it", scripts.VALIDATE)
    elif wishes.platform == "github":
        yield from _github(all_of_it, wishes, around)
    else:
        yield from _gitlab(all_of_it, around)


def _github(all_of_it: Deployed, wishes: Wishes, around: Surroundings) -> Iterator[OwnFile]:
    validate = place_for(scripts.VALIDATE, around.read)
    hybrid = place_for(_workflow("hybrid"), around.read)
    found = github(all_of_it, validate, hybrid, has_policies=bool(around.policies), branch=wishes.branch)
    for name, text in found.items():
        if name == "hybrid" or around.why_not(hybrid) is None:
            yield own_file(_workflow(name), text, around.read)


def _workflow(name: str) -> RepoPath:
    return RepoPath(f"{WORKFLOWS}/{name}.yaml")


def _gitlab(all_of_it: Deployed, around: Surroundings) -> Iterator[OwnFile]:
    held = around.read(GITLAB)
    validate, part = place_for(scripts.VALIDATE, around.read), place_for(GITLAB_PART, around.read)
    text = gitlab(all_of_it, validate, has_policies=bool(around.policies), stage=stage_of(held))
    yield own_file(GITLAB_PART, text, around.read)
    if around.why_not(part) is not None:
        return
    try:
        yield _edited(GITLAB, held, including(held, part))
    except (MigrateError, UnicodeDecodeError) as error:
        why = error.diagnostic.summary if isinstance(error, MigrateError) else "it is not UTF-8 text"
        yield _told(GITLAB, f"it does not include {part}: {why}", f"add `include: [{{local: {part}}}]`")


def _renovate(wanted: Wanted, around: Surroundings) -> Iterator[OwnFile]:
    if not around.is_top:
        return
    path = next((each for each in PLACES if around.read(each) is not None), None)
    if path is None and b'"renovate"' in (around.read(PACKAGE) or b""):
        patterns = _patterns(wanted)
        yield _told(PACKAGE, "Renovate is configured here and does not see all", f"add managerFilePatterns {patterns}")
    elif path is None:
        yield _edited(NEW, None, new_configuration(wanted).encode())
    else:
        held = around.read(path) or b""
        try:
            yield _edited(path, held, extended(held.decode(), wanted).encode())
        except (CannotExtendError, UnicodeDecodeError) as error:
            patterns = _patterns(wanted)
            yield _told(path, f"Renovate does not see all: {error}", f"add managerFilePatterns {patterns}")


def _patterns(wanted: Wanted) -> str:
    return "; ".join(f"{name}: /{pattern}/" for name, (pattern, _) in wanted.items() if pattern)


def _owners(wishes: Wishes, around: Surroundings) -> Iterator[OwnFile]:
    if not around.is_top:
        return
    places = GITLAB_PLACES if wishes.platform == "gitlab" else GITHUB_PLACES
    path = next((each for each in places if around.read(each) is not None), places[0])
    lines, odd = owned_lines(wishes.owners)
    held = around.read(path)
    try:
        yield _edited(path, held, with_owners((held or b"").decode(), lines).encode())
    except UnicodeDecodeError:
        yield _told(path, "owners are not added: it is not UTF-8 text", f"add {'; '.join(lines)}")
    for folder in odd:
        yield _told(path, f"no pattern of CODEOWNERS can say {folder!r}", "rename the folder, or own the one above")


def _monitoring(all_of_it: Deployed, wishes: Wishes, folder: RepoPath, around: Surroundings) -> Iterator[OwnFile]:
    if not all_of_it.tool:
        yield _told(folder, "there is no GitOps tool to watch", "choose one with --gitops, or leave monitoring out")
        return
    text = prometheus_rule(all_of_it.tool, wishes.namespace, wishes.labels)
    yield own_file(RepoPath(f"{folder}/{all_of_it.tool}.yaml"), text, around.read)


def _edited(path: RepoPath, held: bytes | None, new: bytes) -> OwnFile:
    edit = None if held == new else FileEdit(path=path, before=held, after=new, cause=CAUSE)
    return OwnFile(path=path, edit=edit)


def _told(path: str, summary: str, remedy: str) -> OwnFile:
    return OwnFile(path=RepoPath(path), edit=None, notes=(_by_hand(RepoPath(path), summary, remedy),))


def _by_hand(path: RepoPath, summary: str, remedy: str) -> Diagnostic:
    return Diagnostic(
        code="MIG672", severity=Severity.WARNING, summary=summary, span=SourceSpan(path=path), remedy=remedy
    )
