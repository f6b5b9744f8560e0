from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from migrator.discover import ComponentOverride, Config
from migrator.discover.config import parse_config

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def test_the_example_is_read_and_has_every_key() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    config = parse_config(example.encode())

    empty = Config()
    unset = [each.name for each in fields(Config) if getattr(config, each.name) == getattr(empty, each.name)]
    assert unset == []
    override = config.components["tiny-db"]
    assert [each.name for each in fields(ComponentOverride) if getattr(override, each.name) is None] == []
