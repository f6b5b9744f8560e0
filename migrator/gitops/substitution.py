"""What Flux puts in the place of variables, once a Kustomization is built.

fluxcd/pkg, `kustomize/kustomize_varsub.go`: it is done in the text of each object, which is then read as YAML again, by
drone/envsubst.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.model import Json, mapping_of
from migrator.yamlio import Dialect, YamlError, dump, read_value

_DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = re.compile(r"\$(\$\{[^}]*\})|\$\{([A-Za-z_]\w*)(?::?[-=]([^}]*))?\}")


def substituted(
    body: Mapping[str, Json], variables: Mapping[str, str] | None, *, is_complete: bool
) -> Mapping[str, Json]:
    """The object with its variables filled in; itself where nothing is to be, or what comes of it is no object.

    A variable that has no value is empty, and stays as it is where others may be known to the cluster. So does what is
    cut or changed on the way (`${NAME^^}`).
    """
    metadata = mapping_of(body.get("metadata"))
    marks = (mapping_of(metadata.get(key)).get(_DISABLED) for key in ("labels", "annotations"))
    if not variables or "disabled" in marks:
        return body

    def value(found: re.Match[str]) -> str:
        escaped, name, default = found.groups()
        if escaped is not None:
            return str(escaped)
        if name not in variables and not is_complete:
            return found[0]
        return variables.get(name) or default or ""

    text = dump(dict(body))
    filled = _VARIABLE.sub(value, text)
    if filled == text:
        return body
    try:
        return mapping_of(read_value(filled, dialect=Dialect.SIGS)) or body
    except YamlError:
        return body
