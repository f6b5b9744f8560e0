"""Values of a chart and what they do not express, each with the files that show where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from migrator.explain.origins import Source
from migrator.inference.effects.value_effects import ExplainedValue, Subject, explain_values
from migrator.inference.types import Residual, dotted
from migrator.model import KeyPath, ResId

MOST = 400
"""Places of one value whose origins are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file of the repository that shows what a value says."""

    source: Source
    """The first place in it."""
    places: int
    """How many lines of it show the value."""
    environments: tuple[str, ...]


Values: TypeAlias = tuple[tuple[ExplainedValue, tuple[Origin, ...]], ...]
"""Values, each with the files that show it, the one that shows most of it first."""
Residuals: TypeAlias = tuple[tuple[Residual, Source | None], ...]
"""What no value expresses, each with the place that shows it."""


class Whence(Protocol):
    """Who knows where a place of an object came from."""

    def of(self, environment: str, res_id: ResId, path: KeyPath) -> Source | None:
        """The place of a file that shows it."""
        ...


def explained(
    subject: Subject, residual: Sequence[Residual], whence: Whence, asked: str = ""
) -> tuple[Values, Residuals]:
    """The values and residuals that somebody asks for, each with its origin; with no question, all of them.

    `asked` is a values path (`image.tag`, a map or list with all that is in it, `/image/tag`), or the id of a
    difference as reports show it (`Kind.group/namespace/name#/path`), whole or its beginning.
    """
    values = explain_values(subject, _is_asked(asked))
    told = tuple((value, _origins(value, whence)) for value in values)
    open_ones = [each for each in residual if not asked or _id(each).startswith(asked)]
    return told, tuple(
        (each, whence.of(each.environment, each.resource, each.target_path or each.path)) for each in open_ones
    )


def _is_asked(text: str) -> Callable[[KeyPath], bool]:
    if text.startswith("/"):
        keys = [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]
        return lambda path: all(str(mine) == key for mine, key in zip(path, keys, strict=False))
    wanted = text.replace("\\.", ".").replace('"', "").replace("[", ".").replace("]", "")
    return lambda path: _is_within(wanted, ".".join(map(str, path))) or _is_within(dotted(path), text)


def _is_within(one: str, other: str) -> bool:
    """Whether one dotted path is the other, or above or below it."""
    return not one or one == other or other.startswith(f"{one}.") or one.startswith(f"{other}.")


def _id(residual: Residual) -> str:
    """As `Difference.id`."""
    res = residual.resource
    kind = f"{res.kind}.{res.group}" if res.group else res.kind
    pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in residual.path)
    return f"{kind}/{res.namespace}/{res.name}#{pointer}"


def _origins(value: ExplainedValue, whence: Whence) -> tuple[Origin, ...]:
    """Files that show what the value sets; where it only takes away, those that do without."""
    positive = [effect for effect in value.effects if effect.change != "removes"]
    found: dict[tuple[str, str], list[tuple[Source, str]]] = {}
    for effect in (positive or value.effects)[:MOST]:
        source = whence.of(effect.environment, effect.resource, effect.path)
        if source is not None:
            found.setdefault((source.kind, str(source.span.path)), []).append((source, effect.environment))
    origins = [
        Origin(
            source=min(source for source, _ in met_there),
            places=len({source.span for source, _ in met_there}),
            environments=tuple(sorted({environment for _, environment in met_there})),
        )
        for met_there in found.values()
    ]
    return tuple(sorted(origins, key=lambda origin: (-origin.places, origin.source)))
