"""The object that a person names to have it explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.diagnostics import MigrateError
from migrator.model import ResId


def object_called(asked: str, objects: Iterable[ResId]) -> ResId:
    """The object that is called `KIND/[NAMESPACE/]NAME`, whatever the case; MIG920 where none is, or more than one."""
    wanted = [word.lower() for word in asked.split("/")]
    held = sorted(set(objects))
    found = [each for each in held if _is_called(each, wanted)]
    if len(found) != 1:
        near = [each for each in held if each.name.lower() == wanted[-1]]
        near = near or [each for each in held if each.kind.lower() == wanted[0].partition(".")[0]] or held
        named = ", ".join(
            "/".join(filter(None, (each.kind, each.namespace, each.name))) for each in (found or near)[:8]
        )
        raise MigrateError.of(
            "MIG920",
            f"{'more than one' if found else 'no'} object is called {asked}",
            remedy=f"name one as KIND/NAMESPACE/NAME, for example {named}" if named else "nothing is deployed here",
        )
    return found[0]


def _is_called(each: ResId, wanted: Sequence[str]) -> bool:
    kinds = {each.kind.lower(), f"{each.kind}.{each.group}".lower()}
    names = [[each.name.lower()], [each.namespace.lower(), each.name.lower()]]
    return wanted[0] in kinds and list(wanted[1:]) in names
