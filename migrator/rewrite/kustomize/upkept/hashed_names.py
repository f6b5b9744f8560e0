"""Names with the hash of the content, which kustomize writes anew into all that refers to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from migrator.graph.texts import texts_of
from migrator.inference.types import SplitValues
from migrator.load import Generator, Kustomization
from migrator.model import SourceSpan
from migrator.render_roots.generated_names import HASH_LENGTH, HASH_LETTERS, name_without_hash
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.upkept.texts import field_of, value_with

_HASHED = re.compile(rf"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?-[{HASH_LETTERS}]{{{HASH_LENGTH}}}(?![a-z0-9])")


def blockers_of_hashed_names(
    objects: Sequence[Placed], view: RepositoryView, values: Mapping[str, SplitValues]
) -> Iterator[Blocker]:
    """Objects that would leave and name what stays by a name that changes with its content.

    `values` are those of each component.
    """
    staying: dict[str, dict[str, Placed]] = defaultdict(dict)
    for each in objects:
        if not each.is_adopted and name_without_hash(each.resource):
            staying[each.environment][each.resource.id.name] = each
    told = set()
    for each in objects:
        names = staying.get(each.environment, {})
        for path, text in texts_of(each.resource.body) if each.component is not None and names else ():
            for name in _HASHED.findall(text):
                if name in names and (each.component, name) not in told:
                    told.add((each.component, name))
                    yield _blocker(each, field_of(path), names[name], view, values)


def _blocker(
    leaving: Placed, field: str, staying: Placed, view: RepositoryView, values: Mapping[str, SplitValues]
) -> Blocker:
    component, name = str(leaving.component), staying.resource.id.name
    holder = value_with(name, values.get(component, SplitValues())) or "a patch"
    held, generator = _generator(staying, view)
    place = held.file if held is not None else staying.root
    entry = f"the generator {generator.name}" if generator is not None else "its generator"
    bare = name_without_hash(staying.resource)
    return Blocker(
        component=component,
        reason=(
            f"{field} of {leaving} names {staying}, whose hash changes with its content, and {holder} would go on "
            f"naming this one"
        ),
        objects=(leaving,),
        span=generator.span if generator is not None else SourceSpan(path=place),
        remedy=(
            f"set `options: {{disableNameSuffixHash: true}}` for {entry} in {place}, which renames the object to {bare}"
            " and rolls out what names it, then plan again"
        ),
    )


def _generator(placed: Placed, view: RepositoryView) -> tuple[Kustomization | None, Generator | None]:
    """The entry that makes the object, and where it stands: the one that creates, whose options hold for all others."""
    bare = name_without_hash(placed.resource)
    found = [
        (held, generator)
        for held in view.reached(placed.root)
        for generator in held.generators
        if generator.kind == placed.resource.id.kind and generator.name and generator.name in bare
    ]
    found.sort(key=lambda each: (each[1].name == bare, each[1].behavior == "create", len(each[1].name)), reverse=True)
    return found[0] if found else (None, None)
