"""Names with the hash of the content, which kustomize writes anew into all that refers to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.compare.generated_names import HASH_LENGTH, HASH_LETTERS, name_without_hash
from migrator.compare.without_hashes import bare_name
from migrator.graph.texts import texts_of
from migrator.inference.types import SplitValues
from migrator.load import Generator, Kustomization
from migrator.model import RepoPath, ResId, Resource, SourceSpan
from migrator.plan.renames.unhashed import NamedGenerator
from migrator.render_roots import stood_in
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.upkept.texts import field_of, value_with

_HASHED = re.compile(rf"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?-[{HASH_LETTERS}]{{{HASH_LENGTH}}}(?![a-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """The entry that makes an object: the one that creates it, whose options hold for all that merge into it."""

    held: Kustomization
    generator: Generator

    @property
    def key(self) -> tuple[RepoPath, str, int]:
        field = "configMapGenerator" if self.generator.kind == "ConfigMap" else "secretGenerator"
        return self.held.file, field, self.generator.index


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
        for path, name in _named(each.resource) if each.component is not None and names else ():
            if name in names and (each.component, name) not in told:
                told.add((each.component, name))
                yield _blocker(each, path, names[name], view, values)


def named_generators(members: Mapping[str, Sequence[ResId]], view: RepositoryView) -> tuple[NamedGenerator, ...]:
    """The generators that make or whose objects are named by these (environment -> objects), with all that they make.

    None at all where one of them must keep the hash: its content may never change under one name, files of it are
    missing, or nobody knows which entry it is of.
    """
    found: dict[tuple[RepoPath, str, int], _Entry] = {}
    incomplete = stood_in(view.kustomizations)
    for build in view.builds:
        hashed = {each.id.name: each for each in build.resources if name_without_hash(each)}
        mine = frozenset(members.get(build.environment, ()))
        own = [each for each in build.resources if each.id in mine] if hashed else []
        named = {name for each in own for name in (each.id.name, *(name for _, name in _named(each)))}
        for name in sorted(named & hashed.keys()):
            entry = _entry(hashed[name], build.root, view)
            if entry is None or not bare_name(hashed[name]) or entry.held.file in incomplete:
                return ()
            found[entry.key] = entry
    return tuple(_with_all_made(found[key], view) for key in sorted(found))


def _with_all_made(entry: _Entry, view: RepositoryView) -> NamedGenerator:
    made: dict[RepoPath, tuple[ResId, ...]] = {}
    for build in view.builds:
        if entry.held.path in view.directories(build.root):
            found = [(each.id, _entry(each, build.root, view)) for each in build.resources if name_without_hash(each)]
            made[build.root] = tuple(sorted(own for own, its in found if its is not None and its.key == entry.key))
    _, field, index = entry.key
    return NamedGenerator(
        field=field, index=index, name=entry.generator.name, span=entry.generator.span, made=dict(sorted(made.items()))
    )


def _entry(resource: Resource, root: RepoPath, view: RepositoryView) -> _Entry | None:
    """The entry that creates an object with a hash in its name; None where that may be more than one."""
    bare = name_without_hash(resource)
    found = [
        _Entry(held=held, generator=each)
        for held in view.reached(root)
        for each in held.generators
        if each.kind == resource.id.kind and each.behavior == "create" and each.name and each.name in bare
    ]
    found = [each for each in found if each.generator.name == bare] or found
    if len(found) > 1 and resource.origin is not None:
        found = [each for each in found if each.held.file == resource.origin.path]
    return found[0] if len(found) == 1 else None


def _named(resource: Resource) -> Iterator[tuple[str, str]]:
    """Each place of an object that holds a name which looks like one with a hash, and the name."""
    for path, text in texts_of(resource.body):
        if path != ("metadata", "name"):
            yield from ((field_of(path), name) for name in _HASHED.findall(text))


def _blocker(
    leaving: Placed, field: str, staying: Placed, view: RepositoryView, values: Mapping[str, SplitValues]
) -> Blocker:
    component, name = str(leaving.component), staying.resource.id.name
    holder = value_with(name, values.get(component, SplitValues())) or "a patch"
    found = _entry(staying.resource, staying.root, view)
    place = found.held.file if found is not None else staying.root
    entry = f"the generator {found.generator.name}" if found is not None else "its generator"
    bare = name_without_hash(staying.resource)
    if staying.resource.body.get("immutable") is True:
        remedy = f"take `immutable` off {entry} in {place}, as its content could never change under one name"
    else:
        remedy = (
            f"set `options: {{disableNameSuffixHash: true}}` for {entry} in {place}, which renames the object to {bare}"
            " and rolls out what names it"
        )
    return Blocker(
        component=component,
        reason=(
            f"{field} of {leaving} names {staying}, whose hash changes with its content, and {holder} would go on "
            f"naming this one"
        ),
        objects=(leaving,),
        span=found.generator.span if found is not None else SourceSpan(path=place),
        remedy=f"{remedy}, then plan again",
    )
