"""The rule about objects that deploy: they say what they said when the lock was written."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from migrator.audit.types import Finding, Subject
from migrator.gitops.deploying import deploying_changed, deploying_of
from migrator.lock import Lock
from migrator.model import RepoPath, SourceSpan

_OF_ALL = ("AppProject.", "GitRepository.", "OCIRepository.", "HelmRepository.", "Bucket.")
"""What others rest on."""


def deployed_otherwise(subject: Subject) -> Iterator[Finding]:
    """What decides what is deployed and is not as the lock has it; a note where no migration has written it."""
    if subject.lock is None:
        return
    ours = _folders(subject.lock)
    now = deploying_of(subject.kustomizations, subject.lock)
    for folder, name, became in deploying_changed(subject.lock.deploying, now):
        is_ours = any(each in (".", folder) or folder.startswith(f"{each}/") for each in ours)
        is_note = not is_ours and not (ours and name.startswith(_OF_ALL))
        words = {"object": name, "folder": folder, "became": became}
        yield Finding(code="MIG824", span=SourceSpan(path=RepoPath(folder)), words=words, is_note=is_note)


def _folders(lock: Lock) -> set[str]:
    """The folders of objects by which a change of hands deploys."""
    if lock.handover is None:
        return set()
    files = [each.file for held in lock.environments.values() for each in held.deployed_by]
    files += [each.file for each in lock.handover.owners]
    # of Argo CD a file is applied by hand, of Flux a folder
    files += [each if each.endswith((".yaml", ".yml")) else RepoPath(f"{each}/_") for each in lock.handover.roots]
    return {posixpath.dirname(each) or "." for each in files}
