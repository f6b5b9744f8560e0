"""An object as it is written -> the object as a cluster would hold it.

Nothing is filled in or left out but what the API server itself would. List items stay where they stand, so that a
path that is in both bodies is the same path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.compare.stored import equivalences as ids
from migrator.compare.stored.cluster import without_cluster_fields
from migrator.compare.stored.conditional import with_string_data
from migrator.compare.stored.types import types
from migrator.compare.stored.walk import Walk
from migrator.model import Gvk, Json, KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object as a cluster would hold it."""

    body: Mapping[str, Json] = field(repr=False)
    """The very body that was given where nothing is to be done to it."""
    applied: tuple[tuple[str, KeyPath], ...] = ()
    """Each place at which something was filled in, left out or written in another way, and the rule that says so."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rule -> at how many places it was applied."""
        return dict(sorted(Counter(rule for rule, _ in self.applied).items()))


def stored_form(body: Mapping[str, Json], *, rules: ids.Equivalences = ids.ALL, is_scaled: bool = False) -> Stored:
    """What a cluster would hold of an object.

    `is_scaled`: something else than the manifest decides on its replicas (an autoscaler), so that none are filled in.
    """
    gvk = Gvk.of(str(body.get("apiVersion") or ""), str(body.get("kind") or ""))
    walk = Walk(rules=rules, is_scaled=is_scaled)
    result = body
    if ids.CLUSTER_FIELDS in rules:
        result = without_cluster_fields(gvk, result, walk.applied)
    if ids.STATUS in rules and "status" in result and (gvk.group, gvk.kind) in types().status:
        walk.applied.append((ids.STATUS, ("status",)))
        result = {key: value for key, value in result.items() if key != "status"}
    if ids.STRING_DATA in rules and (gvk.group, gvk.kind) == ("", "Secret"):
        result = with_string_data(result, walk.applied)
    struct = types().of(body)
    result = walk.struct(result, struct, ()) if struct is not None else walk.untyped(result, gvk)
    return Stored(body=result, applied=tuple(walk.applied))
