"""Generators give no hash any more where a release names what they make: one option of one entry, no other byte."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest
from small_repository import Make, Repository, manifest, named

from migrator.model import Json
from migrator.plan.renames.unhashed import unhashed
from migrator.plan.types import Decision
from migrator.rewrite import Rewriting, load_layout, named_generators, rewrite


def redis(**spec: Json) -> str:
    """A Deployment whose pods have these fields beside their container."""
    template = {
        "metadata": {"labels": {"app": "redis"}},
        "spec": {"containers": [{"name": "main", "image": "redis:7"}], **spec},
    }
    return manifest("Deployment", "redis", spec={"selector": {"matchLabels": {"app": "redis"}}, "template": template})


MOUNTING = redis(volumes=[{"name": "settings", "configMap": {"name": "settings"}}])
GENERATOR = textwrap.dedent(
    """\
    resources: [redis.yaml, web.yaml]
    configMapGenerator:
    - {name: other, literals: [a=b]}
    - name: settings   # of all
      literals: [mode=fast]
    """
)
WEB = manifest("Deployment", "web", spec={"template": {"spec": {"volumes": [{"configMap": {"name": "settings"}}]}}})
FILES = {"kustomization.yaml": GENERATOR, "redis.yaml": MOUNTING, "web.yaml": WEB}


def carried_out(repository: Repository, *names: str) -> Rewriting:
    """What becomes of the files once the component may take the hash away."""
    assert all(build.is_built for build in repository.builds), [build.reason for build in repository.builds]
    hashed = [each.id.name for each in repository.builds[0].resources if each.id.name[:-11] in names]
    plan = repository.plan(redis=named("redis", *hashed))
    found = plan.components[0]
    generators = named_generators(found.members, repository.view)
    members = {
        name: tuple(replace(each, name=each.name[:-11]) if each.name in hashed else each for each in held)
        for name, held in found.members.items()
    }
    made = replace(found, unhashed=generators, members=members)
    return rewrite(replace(plan, components=(made,)), repository.view, load_layout("growing"))


def edited(made: Rewriting, path: str) -> str | None:
    return next((each.after.decode() if each.after else None for each in made.edits if each.path == path), "as it was")


@pytest.mark.parametrize(
    ("entry", "becomes"),
    [
        (
            "- {name: settings, literals: [a=b]}",
            "- {name: settings, literals: [a=b], options: {disableNameSuffixHash: true}}",
        ),
        (
            "- name: settings\n  options:\n    labels: {a: b}\n  literals: [a=b]",
            "- name: settings\n  options:\n    labels: {a: b}\n    disableNameSuffixHash: true\n  literals: [a=b]",
        ),
    ],
)
def test_the_option_of_one_entry(make: Make, entry: str, becomes: str) -> None:
    head = "resources: [redis.yaml, web.yaml]\nconfigMapGenerator:\n- {name: other, literals: [a=b]}\n"
    repository = make({**FILES, "kustomization.yaml": f"{head}{entry}\n"})
    made = carried_out(repository)
    assert made.plan.components[0].decision is Decision.ADOPT
    assert edited(made, "kustomization.yaml") == f"{head.replace('redis.yaml, ', '')}{becomes}\n"


def test_the_entry_is_found_where_others_before_it_go(make: Make) -> None:
    mounting = redis(volumes=[{"name": name, "configMap": {"name": name}} for name in ("other", "settings")])
    repository = make({**FILES, "redis.yaml": mounting})
    made = carried_out(repository, "other")
    assert made.plan.components[0].decision is Decision.ADOPT, made.plan.components[0].reason
    assert edited(made, "kustomization.yaml") == textwrap.dedent(
        """\
        resources: [web.yaml]
        configMapGenerator:
        - name: settings   # of all
          literals: [mode=fast]
          options:
            disableNameSuffixHash: true
        """
    )
    assert made.lock.components["redis"].unhashed == ("ConfigMap other", "ConfigMap settings")


def test_the_generator_of_a_base_is_found_from_every_overlay(make: Make) -> None:
    merged = "resources: [../../base]\nconfigMapGenerator: [{name: settings, behavior: merge, literals: [mode=slow]}]\n"
    repository = make(
        {
            **{f"base/{name}": text for name, text in FILES.items()},
            "overlays/dev/kustomization.yaml": "namePrefix: dev-\nresources: [../../base]\n",
            "overlays/prod/kustomization.yaml": merged,
        }
    )
    (found,) = named_generators({"prod": tuple(each.id for each in repository.builds[1].resources)}, repository.view)[
        1:
    ]
    assert (str(found), found.field, found.index) == ("settings in base/kustomization.yaml", "configMapGenerator", 1)
    assert {root: [each.name[:-11] for each in made] for root, made in found.made.items()} == {
        "overlays/dev": ["dev-settings"],
        "overlays/prod": ["settings"],
    }
    builds, losses = unhashed(repository.builds, [found])
    assert [each.id.name for each in builds[0].resources if each.id.name.endswith("-settings")] == ["dev-settings"]
    assert {name: len(each) for name, each in losses.items()} == {"dev": 3, "prod": 3}


@pytest.mark.parametrize(
    "generator",
    ["options: {immutable: true}, literals: [a=b]", "namespace: x, literals: [a=b]}\n- {name: settings, namespace: z"],
    ids=["immutable", "one of two"],
)
def test_a_hash_that_cannot_go(make: Make, generator: str) -> None:
    text = f"resources: [redis.yaml]\nconfigMapGenerator:\n- {{name: settings, {generator}}}\n"
    moved = MOUNTING.replace("  name: redis\n", "  name: redis\n  namespace: x\n", 1)
    repository = make({"kustomization.yaml": text, "redis.yaml": moved if "namespace" in text else MOUNTING})
    made = carried_out(repository)
    assert made.plan.components[0].unhashed == ()
    assert made.plan.components[0].decision is Decision.PROPOSE
    assert ("take `immutable` off" in made.plan.components[0].reason) is ("immutable" in text)


def test_without_generators_all_is_as_it_was(make: Make) -> None:
    repository = make(FILES)
    assert unhashed(repository.builds, ()) == (repository.builds, {})
