"""The tables of `rules/kubernetes`: what they name is there, and a value that is no default stays visible."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.compare.stored import stored_form
from migrator.compare.stored.types import types
from migrator.yamlio import same

TABLE = types()
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "1000m", "1Gi", "latest"])),
    lambda child: st.one_of(st.lists(child, max_size=3), st.dictionaries(st.sampled_from("abc"), child, max_size=3)),
    max_leaves=6,
)


def values_of(struct, depth=0):
    """Values of a type: some of its fields, with what fits them or with anything."""
    fields = {}
    for key in {*struct.fields, *struct.defaults}:
        kind = struct.fields.get(key)
        inner = TABLE.structs.get(kind.name) if kind is not None and depth < 4 else None
        value = JSON if inner is None else values_of(inner, depth + 1)
        value = st.lists(value, max_size=2) if kind is not None and kind.is_list else value
        fields[key] = st.one_of(value, value, JSON, st.just(struct.defaults.get(key)))
    return st.fixed_dictionaries({}, optional=fields)


@pytest.mark.parametrize("kind", sorted(TABLE.kinds))
def test_every_type_that_is_named_is_there(kind):
    pending, seen = [TABLE.kinds[kind]], set()
    while pending:
        struct = pending.pop()
        seen.add(struct.name)
        for field in struct.fields.values():
            inner = TABLE.structs.get(field.name)
            known = {"string", "bool", "int", "map", "raw", "IntOrString", "Quantity", "ResourceList"}
            assert inner is not None or field.name in known, (struct.name, field)
            if inner is not None and inner.name not in seen:
                pending.append(inner)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_stored_is_stored_as_it_is(data):
    api_version, kind = data.draw(st.sampled_from(sorted(TABLE.kinds)))
    body = data.draw(values_of(TABLE.kinds[api_version, kind]))
    body = {**body, "apiVersion": api_version, "kind": kind}
    once = stored_form(body)
    again = stored_form(once.body)
    assert again.body is once.body, again.applied
    assert once.body is body or not same(dict(once.body), body)


DEFAULTS = sorted(
    (name, key)
    for name, struct in TABLE.structs.items()
    for key in struct.defaults
    # what follows from another field has cases of its own
    if not name.startswith(("Bare", "SessionAffinityConfig"))
)


def holder_of(name, value, seen=()):
    """An object that holds a value of a type, and where."""
    for (api_version, kind), struct in sorted(TABLE.kinds.items()):
        if struct.name == name:
            return {"apiVersion": api_version, "kind": kind, **value}
    for other, struct in sorted(TABLE.structs.items()):
        for key, field in struct.fields.items():
            if field.name == name and other not in seen and not other.startswith("Bare"):
                found = holder_of(other, {key: [value] if field.is_list else value}, (*seen, other))
                if found is not None:
                    return found
    return None


@pytest.mark.parametrize(("name", "key"), DEFAULTS)
def test_another_value_than_the_default_is_seen_and_the_default_is_not(name, key):
    default = TABLE.structs[name].defaults[key]
    other = not default if isinstance(default, bool) else 11 if isinstance(default, int) else "other"
    bare, written, changed = (holder_of(name, value) for value in ({}, {key: default}, {key: other}))
    assert bare is not None
    assert stored_form(bare).body == stored_form(written).body
    assert stored_form(bare).body != stored_form(changed).body
