"""The value that an image's tag comes from, found by rendering with another tag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.compare.images import images_of
from migrator.inference.assignments.values_tree import MISSING, Tree, leaves
from migrator.inference.effects.value_effects import Subject
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.values.split import effective
from migrator.model import KeyPath
from migrator.templates.chart import as_dependency, load_chart
from migrator.templates.interpreter.render import Interpreter, Run
from migrator.templates.output.split import split_documents

_TAG_KEY = re.compile(r"(?i)(?:.*tag|version)")


def tag_value(subject: Subject, environment: str, image: str) -> tuple[KeyPath, str] | None:
    """Path and text of the one value that gives every `image` (`name:tag`) of an environment its tag.

    With another tag there, all of these images have it, and no other image changes. None where no value does that, or
    several do.
    """
    name, _, tag = image.rpartition(":")
    chart = load_chart(subject.chart.files)
    if subject.as_dependency:
        chart = as_dependency(chart)
    interpreter = Interpreter(chart, untaken=False)
    tree = Tree(defaults_of(chart), effective(subject.values, environment))
    setting = subject.setting.within(environment)
    run = interpreter.run(tree.overrides, setting)
    if not run.complete:
        return None
    # a tag that sorts behind the first one: charts compare versions
    other = f"{tag}0"
    found = []
    for path, text in _candidates(tree, run, image):
        changed = interpreter.run(tree.assign([(path, text.replace(tag, other))]).overrides, setting, run)
        if _follows(_images(run), _images(changed), image, f"{name}:{other}"):
            found.append((path, text))
    return found[0] if len(found) == 1 else None


def _candidates(tree: Tree, run: Run, image: str) -> Iterator[tuple[KeyPath, str]]:
    """Values that are the image, its tag, or an empty tag, each with the text that would say it."""
    tag = image.rpartition(":")[2]
    read = {path for template in run.templates.values() for path in template.dependencies}
    for path in sorted({*leaves(tree.defaults), *leaves(tree.overrides), *read}, key=str):
        if not path or not all(isinstance(key, str) for key in path):
            continue
        held = tree.effective(path)
        if held == image:
            yield path, image
        elif _TAG_KEY.fullmatch(str(path[-1])) and (held is MISSING or held is None or str(held) in ("", tag)):
            yield path, tag


def _follows(before: list[str], after: list[str], image: str, other: str) -> bool:
    """Whether every such image became the other, and all else is the same."""
    return image in before and after == [other if each == image else each for each in before]


def _images(run: Run) -> list[str]:
    """The images of a render, in its order."""
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    return [text for each in documents if each.resource is not None for text in images_of(each.resource)]
