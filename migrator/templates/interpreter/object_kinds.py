"""Kinds of objects that a part of a template spells out: an untaken branch of what nobody asks for need not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from migrator.templates.language import parser as ast

_KIND = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_SHIFTING = frozenset({"indent", "nindent", "trim"})
"""Functions that leave an object an object."""


class Kinds:
    """Looks through syntax trees, each list of nodes once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Sequence[ast.Node], frozenset[str]]] = {}

    def of(self, nodes: Sequence[ast.Node], defines: Mapping[str, list[ast.Node]]) -> frozenset[str]:
        """The kinds that these nodes and the templates they print spell out at the margin."""
        found = self._known.get(id(nodes))
        if found is None:
            self._known[id(nodes)] = (nodes, frozenset())  # a template that calls itself adds nothing
            kinds = frozenset(kind for node in nodes for kind in self._node(node, defines))
            found = self._known[id(nodes)] = (nodes, kinds)
        return found[1]

    def _node(self, node: ast.Node, defines: Mapping[str, list[ast.Node]]) -> Iterator[str]:
        if isinstance(node, ast.Text):
            yield from _KIND.findall(node.text)
        elif isinstance(node, (ast.If, ast.Range)):
            yield from self.of(node.body, defines)
            yield from self.of(node.otherwise, defines)
        elif isinstance(node, ast.Call):
            yield from self.of(defines.get(node.name, []), defines)
        elif isinstance(node, ast.Output) and not node.pipeline.declare:
            name = _included(node.pipeline)
            if name is not None:
                yield from self.of(defines.get(name, []), defines)


def _included(pipeline: ast.Pipeline) -> str | None:
    """The template whose text a pipeline prints as it is."""
    first, *rest = pipeline.commands
    shifted = all(isinstance(command[0], ast.Function) and command[0].name in _SHIFTING for command in rest)
    head = first[0]
    if shifted and isinstance(head, ast.Function) and head.name == "include" and len(first) > 1:
        return first[1].value if isinstance(first[1], ast.Literal) and isinstance(first[1].value, str) else None
    return None
