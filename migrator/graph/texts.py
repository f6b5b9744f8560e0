"""The texts of an object, whatever they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrator.model import Json, KeyPath

_SERVICE = re.compile(r"\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc\b")
"""A Service as the DNS of a cluster names it."""


def texts_of(value: Json, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text below a value and its path; a key that is looked at like a text has the path of its value."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            path = (*at, str(key))
            yield path, str(key)
            yield from texts_of(child, path)
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from texts_of(child, (*at, number))


def placed_names(value: Json) -> Iterator[tuple[str, str, str]]:
    """Kind, name and namespace of what is named with its namespace: subjects of bindings, services of webhooks."""
    if isinstance(value, Mapping):
        name, namespace = value.get("name"), value.get("namespace")
        if isinstance(name, str) and isinstance(namespace, str) and namespace:
            yield str(value.get("kind") or "Service"), name, namespace
        for key, child in value.items():
            if key != "metadata":
                yield from placed_names(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from placed_names(child)


def service_names(value: Json) -> Iterator[tuple[str, str]]:
    """Name and namespace of each Service that a text names as the DNS of a cluster does: `NAME.NAMESPACE.svc`."""
    for _, text in texts_of(value):
        yield from _SERVICE.findall(text)
