"""What a chart would print where helm refuses the whole of it: the objects of the templates that do render."""

from __future__ import annotations

import time

from migrator.compare import is_test_hook
from migrator.engines import Failure
from migrator.inference.budget import LimitError, limited
from migrator.inference.hypothesis.compared_objects import is_skipped
from migrator.inference.rendered_chart import chart_of
from migrator.inference.types import InferenceRequest, SplitValues
from migrator.inference.values.split import effective
from migrator.model import ReleaseContext, Resource, resource_of
from migrator.templates.interpreter.render import Interpreter, TemplateRun
from migrator.templates.output.split import plain_documents, split_documents

SHOWABLE = frozenset({Failure.TEMPLATE, Failure.SCHEMA, Failure.OTHER})
"""Refusals because of values: after others a chart cannot be rendered at all."""
MOST_SECONDS = 10.0


def drafted(
    request: InferenceRequest, values: SplitValues, environment: str, setting: ReleaseContext, refused: str
) -> tuple[Resource, ...]:
    """The objects that the interpreter makes of the values, tests left out.

    None where that takes too long, and of a chart with a template that fails before it has read any value.
    `refused` is the template that helm stopped at.
    """
    try:
        with limited(time.process_time() + MOST_SECONDS):
            run = Interpreter(chart_of(request), untaken=False).run(effective(values, environment), setting)
            if any(template.error and not _reads_values(template) for template in run.templates.values()):
                return ()
            whole = [template for path, template in run.templates.items() if not template.error and path != refused]
            printed = [document.resource for template in whole for document in split_documents(template)]
            crds = [body for data in run.crds.values() for body in plain_documents(data)]
    except LimitError:
        return ()
    made = [each for each in printed if each is not None and not is_test_hook(each.body) and not is_skipped(each.body)]
    return (*made, *(resource_of(body) for body in crds if isinstance(body, dict) and body.get("kind")))


def _reads_values(template: TemplateRun) -> bool:
    return any(path and not str(path[0]).startswith("@") for path in template.dependencies)
