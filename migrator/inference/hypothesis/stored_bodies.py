"""Objects as a cluster would hold them, worked out once for each: what is the same there is no gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.compare.lists.order import reordered, with_list_of
from migrator.compare.permissions import is_role, permissions
from migrator.compare.scaled import is_scaled, scaled_by
from migrator.compare.stored import ALL, Equivalences, Stored, stored_form
from migrator.compare.stored.equivalences import (
    CLUSTER_FIELDS,
    LIST_ORDER,
    NULL_FIELDS,
    RBAC_RULES,
    STATUS,
    STRING_DATA,
    TYPED,
)
from migrator.compare.stored.types import is_one_type
from migrator.model import Json, Resource
from migrator.yamlio import same

Body = Mapping[str, Json]
MOST = 20_000
"""Objects that are kept."""


class StoredBodies:
    """The stored form of each object that is asked for."""

    def __init__(self, targets: Iterable[Resource], rules: Equivalences = ALL) -> None:
        self._rules = rules - {STRING_DATA}  # a text under `stringData` is read back where it stands
        self._scaled = scaled_by(targets)
        self._known: dict[tuple[int, Equivalences], tuple[Resource, Stored]] = {}

    def as_written(self, target: Resource) -> Resource:
        """A target in its own words, without what a cluster has added or where it was placed."""
        body = stored_form(target.body, rules=self._rules & {CLUSTER_FIELDS, STATUS}).body
        if target.is_placed and "namespace" in (body.get("metadata") or {}):
            body = {**body, "metadata": {key: held for key, held in body["metadata"].items() if key != "namespace"}}
        return target if body is target.body else replace(target, body=body)

    def of(self, resource: Resource) -> Body:
        """The body as a cluster would hold it."""
        return self._of(resource, self._rules)

    def met(self, printed: Resource, target: Resource) -> tuple[Body, Body]:
        """Both as a cluster would hold them; of lists and rules that are the same there the target has the printed."""
        rules = self._rules
        if printed.gvk != target.gvk and not is_one_type(printed.body, target.body):
            rules -= TYPED
        now, wanted = self._of(printed, rules), self._of(target, rules)
        for path in list(reordered(target.gvk, now, wanted)) if LIST_ORDER in rules else ():
            wanted = with_list_of(wanted, now, path)
        if RBAC_RULES in rules and is_role(target.id) and not same(now.get("rules"), wanted.get("rules")):
            granted = permissions(wanted.get("rules") or [])
            if granted is not None and granted == permissions(now.get("rules") or []):
                wanted = {**wanted, "rules": now.get("rules")}
        return now, wanted

    def nulls(self, printed: Resource, target: Resource) -> int:
        """How many fields more than the target a printed object leaves without a value: hints at a value that lacks."""
        here, there = (
            sum(rule == NULL_FIELDS for rule, _ in self._stored(each, self._rules).applied)
            for each in (printed, target)
        )
        return max(here - there, 0)

    def _of(self, resource: Resource, rules: Equivalences) -> Body:
        return self._stored(resource, rules).body

    def _stored(self, resource: Resource, rules: Equivalences) -> Stored:
        found = self._known.get((id(resource), rules))
        if found is None:
            if len(self._known) > MOST:
                self._known.clear()
            stored = stored_form(resource.body, rules=rules, is_scaled=is_scaled(resource.id, self._scaled))
            found = self._known[id(resource), rules] = (resource, stored)
        return found[1]
