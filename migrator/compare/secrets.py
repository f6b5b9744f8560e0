"""What must not be shown of a repository: everything that its Secrets hold, and what holds that.

A leaf is taken for secret when it equals a datum of a Secret (decoded or as it stands), or a text leaf of a datum
that is itself YAML or JSON, or when it holds a longer datum inside (a connection string). Rather too much than too
little: a redacted word costs a look into the file, a printed password costs a rotation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.compare.redaction import secret_texts
from migrator.diagnostics import MigrateError
from migrator.model import Json, Resource

_ORDINARY = frozenset({"", "true", "false", "null", "none", "yes", "no", "on", "off", "~"})
_SHORT_LEAF = 4
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_EMBEDDED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must not be shown, and the salt of the digests that stand for it."""

    salt: str
    whole: frozenset[str]
    """A leaf that equals one of these is secret."""
    embedded: tuple[str, ...]
    """A leaf that contains one of these is secret; longest first."""

    def redact(self, value: Json) -> Json:
        """The value with every secret leaf replaced by `<redacted sha256:xxxxxxxx>`."""
        if isinstance(value, Mapping):
            return {key: self.redact(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact(item) for item in value]
        if isinstance(value, str):
            return self.digest(value) if self.is_secret(value) else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.digest(str(value)) if len(str(value)) >= _SHORT_LEAF and str(value) in self.whole else value
        return value

    def redact_line(self, line: str) -> str:
        """A line of prose with quoted secret leaves, and longer ones anywhere, replaced."""
        shown = _QUOTED.sub(lambda found: f'"{self.digest(found[1])}"' if self.is_secret(found[1]) else found[0], line)
        for datum in self.embedded:
            shown = shown.replace(datum, self.digest(datum))
        return shown

    def is_secret(self, text: str) -> bool:
        return text in self.whole or text.strip() in self.whole or any(datum in text for datum in self.embedded)

    def digest(self, text: str) -> str:
        """Equal texts of one repository have equal digests, so that a reader sees what is the same."""
        return f"<redacted sha256:{hashlib.sha256(f'{self.salt}{chr(0)}{text}'.encode()).hexdigest()[:8]}>"


def secrets_of(resources: Iterable[Resource], salt: str) -> Secrets:
    """Everything that the Secrets among the resources hold; `salt` is the digest of the baseline tree."""
    whole: set[str] = set()
    embedded: set[str] = set()
    for resource in resources:
        for datum in secret_texts(resource):
            whole |= {datum, datum.strip()}
            if _is_telling(datum):
                embedded.add(datum)
            whole |= set(_leaves(datum))
    return Secrets(
        salt=salt,
        whole=frozenset(text for text in whole if text.lower() not in _ORDINARY),
        embedded=tuple(sorted(embedded, key=lambda text: (-len(text), text))),
    )


def _is_telling(datum: str) -> bool:
    """Long and mixed enough that finding it inside another text is no accident."""
    text = datum.strip()
    return len(text) >= _EMBEDDED and not text.isalpha() and "\n" not in text


def _leaves(datum: str) -> Iterator[str]:
    """Text leaves of a datum that is a YAML or JSON document; its `key = value` lines otherwise."""
    from migrator.yamlio import Dialect, read_value

    if not any(mark in datum for mark in ":=\n{["):
        return
    try:
        value = read_value(datum, dialect=Dialect.SIGS)
    except MigrateError:
        value = None
    if isinstance(value, dict | list):
        yield from (leaf for leaf in _texts(value) if len(leaf) >= _SHORT_LEAF)
    for line in datum.splitlines():
        _, mark, right = line.partition("=")
        text = right.strip().strip("\"'")
        if mark and len(text) >= _SHORT_LEAF:
            yield text


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield str(value)
