"""The house stays as it was drawn: no circles, no crowded folders, nothing too long to read. Layers are import-linter's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from source_tree import (
    circles,
    crowded_folders,
    lines_of,
    long_files,
    long_functions,
    unsaid_folders,
    working_folders,
)

import migrator

PACKAGE = Path(migrator.__file__).parent
FLAT_FILES = 16
FILE_LINES = 400
FUNCTION_LINES = 40
LONG_FUNCTIONS = 10
CLI_LINES = 1200

Tree = Callable[..., Path]


def test_no_modules_import_each_other() -> None:
    assert circles(PACKAGE) == []


def test_folders_are_not_crowded() -> None:
    assert crowded_folders(PACKAGE, FLAT_FILES) == {}


def test_every_folder_says_in_one_line_what_it_is_for() -> None:
    assert unsaid_folders(PACKAGE) == []


def test_what_a_folder_does_stands_in_files_with_names() -> None:
    assert working_folders(PACKAGE) == []


def test_files_can_be_read_in_one_go() -> None:
    assert long_files(PACKAGE, FILE_LINES) == {}


def test_few_functions_are_longer_than_a_screen() -> None:
    found = long_functions(PACKAGE, FUNCTION_LINES)
    assert len(found) <= LONG_FUNCTIONS, found


def test_the_command_line_is_no_more_than_that() -> None:
    assert lines_of(PACKAGE / "cli") <= CLI_LINES


@pytest.mark.parametrize(
    "way_back",
    [
        "from house.attic import roof\n",
        "import house.attic\n",
        "from house import attic\n",
        "def climb():\n    from house.attic import roof\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.attic import Roof\n",
    ],
)
def test_a_circle_is_found_wherever_the_import_stands(tree: Tree, tmp_path: Path, way_back: str) -> None:
    files = {"__init__.py": "", "attic.py": "from house.cellar import wall\n", "cellar.py": way_back}
    house = tree(files, tmp_path / "house")
    assert circles(house) == [["house.attic", "house.cellar"]]


def test_a_package_around_what_is_imported_is_not_part_of_a_circle(tree: Tree, tmp_path: Path) -> None:
    files = {
        "__init__.py": "from house.attic import roof\n",
        "attic.py": "from house.cellar import wall\n",
        "cellar.py": "wall = 1\n",
    }
    house = tree(files, tmp_path / "house")
    assert circles(house) == []
    (house / "cellar.py").write_text("from house import roof\n")
    assert circles(house) == [["house", "house.attic", "house.cellar"]]


def test_what_is_too_much_is_found(tree: Tree, tmp_path: Path) -> None:
    files = {
        "__init__.py": '"""A house."""\n\nfrom house.a import f\n\n__all__ = ["f"]\n',
        "a.py": "def f():\n    a = 1\n    return a\n",
        "b.py": "class B:\n    def g(self):\n        return 1\n",
        "room/__init__.py": '"""A room.\n\nWith more to say.\n"""\n\n\ndef work():\n    return 1\n',
        "room/c.py": "x = 1\n",
        "silent/d.py": "x = 1\n",
    }
    house = tree(files, tmp_path / "house")
    assert crowded_folders(house, 1) == {"house": 2}
    assert crowded_folders(house, 2) == {}
    assert unsaid_folders(house) == ["house/room", "house/silent"]
    assert working_folders(house) == ["house/room"]
    assert long_files(house, 5) == {"house/room/__init__.py": 8}
    assert long_functions(house, 2) == {"house/a.py:f": 3}
    assert lines_of(house / "room") == 9
