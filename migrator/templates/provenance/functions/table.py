"""Name -> function that keeps provenance.

Every other function runs on plain values and is remembered by name and operands (`Scope.apply_plain`); `include` and
`tpl` run templates and are the interpreter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.templates.provenance.functions.choices import CHOICES
from migrator.templates.provenance.functions.json import JSON
from migrator.templates.provenance.functions.lists import LISTS
from migrator.templates.provenance.functions.maps import MAPS
from migrator.templates.provenance.functions.text import TEXTS
from migrator.templates.provenance.functions.yaml import YAML
from migrator.templates.provenance.scope import Lifted

LIFTED: Final[Mapping[str, Lifted]] = {**CHOICES, **JSON, **LISTS, **MAPS, **TEXTS, **YAML}
