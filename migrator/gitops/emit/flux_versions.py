"""What each Flux knows: an object for an older one is written in the API version and with the fields that it has.

A field that a definition does not know is dropped by the API server without a word, and with `deletionPolicy` the
promise that removing a Kustomization leaves its objects. Which release brought what is from Flux' release notes,
https://github.com/fluxcd/flux2/releases; that 2.4 takes live objects over is fact H3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrator.discover import Index
from migrator.model import Json, SourceSpan, mapping_of

Version = tuple[int, int]

OLDEST: Version = (2, 4)
"""The first whose HelmReleases take live objects over."""
NEWEST: Version = (2, 6)
"""What is taken where nothing tells which one runs: later ones serve the same."""
DELETION_POLICY: Version = (2, 5)
_DEFINITION = b"name: kustomizations.kustomize.toolkit.fluxcd.io"
_LABEL = re.compile(rb"""app\.kubernetes\.io/version["']?:\s*["']?v?(\d+)\.(\d+)""")
_MAX = 8 << 20


def installed(index: Index) -> tuple[Version, SourceSpan] | None:
    """The Flux whose definitions lie in the repository, and where; the oldest of several, None without any.

    `flux install` and the chart write its version as a label of each definition.
    """
    return min(_versions(index), default=None, key=lambda each: (each[0], each[1].path, each[1].line or 0))


def _versions(index: Index) -> Iterator[tuple[Version, SourceSpan]]:
    for path, entry in sorted(index.files.items()):
        if entry.link is not None or not path.endswith((".yaml", ".yml")) or entry.size > _MAX:
            continue
        data = index.read(path)
        for found in re.finditer(re.escape(_DEFINITION), data):
            start, end = data.rfind(b"\n---", 0, found.start()), data.find(b"\n---", found.end())
            label = _LABEL.search(data, max(start, 0), end if end >= 0 else len(data))
            if label is not None:
                line = data.count(b"\n", 0, label.start()) + 1
                yield (int(label[1]), int(label[2])), SourceSpan(path=path, line=line)


def as_served(body: Mapping[str, Json], version: Version) -> Mapping[str, Json]:
    """An object as this Flux serves it.

    Before `deletionPolicy`, a Kustomization whose removal leaves its objects has to be one that does not prune.
    """
    spec = mapping_of(body.get("spec"))
    if version < DELETION_POLICY and "deletionPolicy" in spec:
        return {**body, "spec": {key: value for key, value in spec.items() if key != "deletionPolicy"}}
    if version < NEWEST and body.get("kind") == "OCIRepository":
        return {**body, "apiVersion": "source.toolkit.fluxcd.io/v1beta2"}
    return body
