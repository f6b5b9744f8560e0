"""What a person decides, as an entry of `migrate.yaml`: one more at its end, everything else byte for byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.compare import Acceptance
from migrator.diagnostics import MigrateError
from migrator.discover import CONFIG_PATH, parse_config
from migrator.model import Json, SourceSpan
from migrator.plan.review import ACCEPT
from migrator.rewrite import FileEdit, commit
from migrator.yamlio import Append, YamlError, decode, edit


def write_entry(root: Path, key: str, entry: Acceptance) -> bool:
    """Put the entry into `migrate.yaml`, which is made where there is none; False where it says so already.

    Raises what `edit_of_entry` raises and what a write can raise; then the file is what it was.
    """
    change = edit_of_entry(root, key, entry)
    if change is None:
        return False
    commit(root, [change])
    return True


def edit_of_entry(root: Path, key: str, entry: Acceptance) -> FileEdit | None:
    """What puts the entry into `migrate.yaml`; None where it says so already.

    Raises what reading the file raises, and MIG102 where it holds the key in a way that takes no further item.
    """
    path = root / CONFIG_PATH
    before = path.read_bytes() if path.is_file() else None
    text = decode(before or b"", CONFIG_PATH)
    config = parse_config(before) if before else None
    if config is not None and entry in (config.accept if key == ACCEPT else config.refuse):
        return None
    try:
        after = edit(text, [Append(path=(key,), value=_item(key, entry))]).encode()
    except YamlError as error:
        raise MigrateError(replace(error.diagnostic, span=SourceSpan(path=CONFIG_PATH))) from None
    parse_config(after)
    return FileEdit(path=CONFIG_PATH, before=before, after=after, cause=key)


def _item(key: str, entry: Acceptance) -> Json:
    """The entry as a person would write it."""
    item: dict[str, Json] = {"component": entry.component} if entry.component else {}
    if key == ACCEPT and entry.up_to is not None:
        item["up_to"] = str(entry.up_to)
    if entry.only:
        item["only"] = entry.only[0] if len(entry.only) == 1 else list(entry.only)
    if key == ACCEPT and entry.privilege:
        item["privilege"] = True
    return {**item, "reason": entry.reason}
