"""The rules by which what is written differently is the same to a cluster; a team may switch each of them off."""

from __future__ import annotations

from typing import Final, TypeAlias

Equivalences: TypeAlias = frozenset[str]
"""Ids of the rules that hold."""

API_DEFAULTS: Final = "api-defaults"
"""What the API server fills in."""
NULL_FIELDS: Final = "null-fields"
"""A field of a type that is null is one that is not written."""
EMPTY_FIELDS: Final = "empty-fields"
"""So is one that holds nothing, where its type leaves it out then."""
QUANTITIES: Final = "quantities"
"""`1000m` is `1`."""
STRING_DATA: Final = "string-data"
"""A Secret keeps what is written as `stringData` among its `data`."""
STATUS: Final = "status"
"""What a manifest says of the status is not kept."""
CLUSTER_FIELDS: Final = "cluster-fields"
"""What a cluster adds to an object that was read out of it."""
RBAC_RULES: Final = "rbac-rules"
"""Rules of a role are the set of what they permit."""
LIST_ORDER: Final = "list-order"
"""The order of lists that are maps or sets to Kubernetes, outside of pod templates."""
RELEASE_NAMESPACE: Final = "release-namespace"
"""An object that names no namespace is in that of its release, or of its deployer."""

ALL: Final[Equivalences] = frozenset(
    {
        *(API_DEFAULTS, NULL_FIELDS, EMPTY_FIELDS, QUANTITIES, STRING_DATA, STATUS, CLUSTER_FIELDS),
        *(RBAC_RULES, LIST_ORDER, RELEASE_NAMESPACE),
    }
)
TYPED: Final[Equivalences] = frozenset({API_DEFAULTS, EMPTY_FIELDS, QUANTITIES})
"""Rules that hold only where the type of an object is known."""
