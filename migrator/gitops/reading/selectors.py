"""Label selectors of Kubernetes over parameters and labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.model import Json, mapping_of


def selects(selector: Mapping[str, Json], labels: Mapping[str, Json]) -> bool | None:
    """Whether the labels answer the selector; None where that hangs on one that only Argo CD knows."""
    texts = {key: held for key, held in labels.items() if isinstance(held, str)}
    answers = list(_answers(selector, texts))
    if False in answers:
        return False
    return None if None in answers else True


def _answers(selector: Mapping[str, Json], labels: Mapping[str, str]) -> Iterator[bool | None]:
    for key, value in mapping_of(selector.get("matchLabels")).items():
        yield _one(labels.get(key), "In", [str(value)])
    expressions = selector.get("matchExpressions")
    for each in map(mapping_of, expressions if isinstance(expressions, list) else ()):
        values = each.get("values")
        listed = [str(value) for value in values] if isinstance(values, list) else []
        yield _one(labels.get(str(each.get("key"))), str(each.get("operator")), listed)


def _one(held: str | None, operator: str, values: list[str]) -> bool | None:
    if operator in ("Exists", "DoesNotExist"):
        return (held is not None) == (operator == "Exists")
    if held is not None and "{{" in held:
        return None
    return (held in values) == (operator == "In")
