"""Objects as a cluster would hold them, worked out once for each: what is the same there is no gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from migrator.compare.lists.order import reordered, with_list_of
from migrator.compare.permissions import is_role, permissions
from migrator.compare.scaled import is_scaled, scaled_by
from migrator.compare.stored import ALL, Equivalences, stored_form
from migrator.compare.stored.equivalences import API_DEFAULTS, LIST_ORDER, QUANTITIES, RBAC_RULES, STRING_DATA, TYPED
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
        self._originals: dict[int, tuple[Resource, Resource]] = {}
        """What was read in its own words -> the same as it was given: only that is filled in as a cluster does it."""
        self._known: dict[tuple[int, Equivalences], tuple[Resource, Body]] = {}

    def as_written(self, target: Resource) -> Resource:
        """A target in its own words, without what a cluster has added and what says nothing."""
        body = stored_form(target.body, rules=self._rules - {API_DEFAULTS, QUANTITIES}).body
        if body is target.body:
            return target
        written = replace(target, body=body)
        self._originals[id(written)] = (written, target)
        return written

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

    def _of(self, resource: Resource, rules: Equivalences) -> Body:
        found = self._known.get((id(resource), rules))
        if found is None:
            if len(self._known) > MOST:
                self._known.clear()
            _, given = self._originals.get(id(resource), (resource, resource))
            body = stored_form(given.body, rules=rules, is_scaled=is_scaled(resource.id, self._scaled)).body
            found = self._known[id(resource), rules] = (resource, body)
        return found[1]
