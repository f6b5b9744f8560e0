"""The fixture's repository with a database that is proposed: its command has no value, and is longer than the chart."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import committed

DB = "base/database/db.yaml"
IMAGE = b"        image: registry.example.org/tiny/db:15.4\n"
COMMAND = IMAGE + b"        command:\n        - |\n" + b"          a line of ours\n" * 200
GROUP = "1 difference in pods' containers.command on 1 StatefulSet"
PLACE = "StatefulSet.apps/shop/shop-db#/spec/template/spec/containers/0/command"


@pytest.fixture
def proposed(app: Path) -> Path:
    path = app / DB
    path.write_bytes(path.read_bytes().replace(IMAGE, COMMAND, 1))
    return committed(app)
