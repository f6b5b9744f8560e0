"""Two versions of one object, as a cluster would hold them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from migrator.compare.bodies import Leaf, Unequal, UnequalMaps, unequal, unequal_leaves
from migrator.compare.lists.order import is_any_order, reordered, with_list_of
from migrator.compare.permissions import (
    RULES,
    SUBJECTS,
    is_role,
    is_role_binding,
    permissions,
    with_accounts_in,
)
from migrator.compare.redaction import is_secret
from migrator.compare.stored import Equivalences, stored_form
from migrator.compare.stored.equivalences import (
    LIST_ORDER,
    RBAC_RULES,
    RELEASE_NAMESPACE,
    STRING_DATA,
    TYPED,
)
from migrator.compare.stored.types import is_one_type
from migrator.model import Json, KeyPath, Resource
from migrator.yamlio import ABSENT, digest, same

Applied = frozenset[tuple[str, KeyPath]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How two versions of an object meet."""

    before: Resource = field(repr=False)
    after: Resource = field(repr=False)
    root: Unequal | None
    """Where they differ, as they are stored; None where they do not."""
    leaves: tuple[Leaf, ...]
    """The differences below it that count."""
    applied: Applied
    """Rules and places at which the two are written differently."""

    def used(self, places: Collection[KeyPath]) -> Mapping[str, int]:
        """Rule -> at how many places it makes the two the same; `places` are those that differ still."""
        return Counter(
            rule for rule, path in self.applied if not any(path[:length] in places for length in range(len(path) + 1))
        )

    def as_written(self, value: Json, path: KeyPath, *, is_before: bool) -> Json:
        """What a side says at a place in its own words; the value itself where it says nothing there."""
        written: Json = self.before.body if is_before else self.after.body
        for key in path if value is not ABSENT else ():
            is_inside = isinstance(written, Mapping) and key in written
            is_inside = is_inside or (isinstance(written, list) and isinstance(key, int) and key < len(written))
            if not is_inside:
                return value
            written = written[key]
        return value if value is ABSENT else written

    def place(self, path: KeyPath, *, is_before: bool) -> KeyPath:
        """Where a side writes what is stored at a place: a Secret has its `data` of `stringData`, too."""
        texts = (self.before if is_before else self.after).body.get("stringData")
        is_text = path[:1] == ("data",) and len(path) > 1 and isinstance(texts, Mapping) and path[1] in texts
        return ("stringData", *path[1:]) if is_text and is_secret(self.after.id) else path


def met(before: Resource, after: Resource, rules: Equivalences, *, is_scaled: bool, namespace: str = "") -> Met:
    """How two versions of an object in a namespace meet under the rules."""
    if before.gvk != after.gvk and not is_one_type(before.body, after.body):
        rules -= TYPED  # what one version fills in and another does not would differ
    texts = [each.body.get("stringData") or {} for each in (before, after)]
    if all(isinstance(each, Mapping) for each in texts) and texts[0].keys() == texts[1].keys():
        rules -= {STRING_DATA}
    forms = [stored_form(each.body, rules=rules, is_scaled=is_scaled) for each in (before, after)]
    applied = {*forms[0].applied} ^ {*forms[1].applied}
    old, new = dict(forms[0].body), dict(forms[1].body)
    if RELEASE_NAMESPACE in rules and is_role_binding(after.id) and old.get("subjects") != new.get("subjects"):
        old, new = (with_accounts_in(side, namespace) for side in (old, new))
        applied.add((RELEASE_NAMESPACE, SUBJECTS))
    if LIST_ORDER in rules:
        for path in list(reordered(after.gvk, old, new)):
            new = dict(with_list_of(new, old, path))
            applied.add((LIST_ORDER, path))
    granted = tuple(permissions(side.get("rules") or []) for side in (old, new)) if is_role(after.id) else (None, None)
    is_permitted = RBAC_RULES in rules and None not in granted
    if is_permitted and granted[0] == granted[1] and not same(old.get("rules"), new.get("rules")):
        new = {**{key: value for key, value in new.items() if key != "rules"}, **_only(old, "rules")}
        applied.add((RBAC_RULES, RULES))
    root = unequal(old, new)
    if root is None and digest(old) != digest(new):  # where the walk sees nothing, the whole object differs
        root = Unequal(before=old, after=new)
    if is_permitted and isinstance(root, UnequalMaps) and "rules" in root.inside:
        whole = Unequal(before=old.get("rules", ABSENT), after=new.get("rules", ABSENT))
        root = replace(root, inside={**root.inside, "rules": whole})
    leaves = tuple(unequal_leaves(root)) if root is not None else ()
    free = [
        leaf for leaf in leaves if leaf.is_order and LIST_ORDER in rules and is_any_order(after.gvk, leaf.place.path)
    ]
    return Met(
        before=before,
        after=after,
        root=root,
        leaves=tuple(leaf for leaf in leaves if leaf not in free),
        applied=frozenset({*applied, *((LIST_ORDER, leaf.place.path) for leaf in free)}),
    )


def _only(body: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    return {key: body[key]} if key in body else {}
