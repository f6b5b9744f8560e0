"""Go values that are not plain: structs and maps with methods, such as `.Files` and `.Capabilities`."""

from __future__ import annotations

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.provenance.value import Value


class GoObject:
    """A Go value with fields and methods."""

    def field(self, name: str) -> Value:
        """The field, or what a method without arguments returns. Raises TemplateError where there is none."""
        raise TemplateError(f"can't evaluate field {name} in type {type(self).__name__}")

    def call(self, name: str, args: list[Value]) -> Value:
        """What a method returns. Raises TemplateError where there is none, or it takes other arguments."""
        if args:
            raise TemplateError(f"{name} is not a method but has arguments")
        return self.field(name)

    def as_plain(self) -> Json:
        """What functions that know nothing of Go objects get to see."""
        return str(self)

    def items(self) -> list[tuple[Value, Value]]:
        """What `range` goes over. Raises TemplateError where Go cannot."""
        raise TemplateError(f"range can't iterate over {self}")
