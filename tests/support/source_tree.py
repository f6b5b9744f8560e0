"""What the sources of a package say about its shape: which modules import which, and how long things are."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import networkx as nx


def sources(package: Path) -> Mapping[str, Path]:
    """Dotted name of every module -> its file, by name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def circles(package: Path) -> Sequence[Sequence[str]]:
    """Modules that import each other, in groups.

    An import counts wherever it stands: at the top, in a function, for type checking only. It is an edge to the module
    that it names; the packages around that are not, as nobody asked for them.
    """
    modules = sources(package)
    graph = nx.DiGraph()
    for name, path in modules.items():
        graph.add_edges_from((name, other) for other in _imports(path, modules) if other != name)
    return sorted(sorted(found) for found in nx.strongly_connected_components(graph) if len(found) > 1)


def _imports(path: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            inner = [f"{node.module}.{each.name}" for each in node.names]
            named = [each if each in modules else node.module for each in inner]
        yield from (each for each in named if each in modules)


def crowded_folders(package: Path, most: int) -> Mapping[str, int]:
    """Folder -> its files, where there are more than that beside `__init__.py`."""
    held = Counter(_name(path.parent, package) for path in package.rglob("*.py") if path.name != "__init__.py")
    return {folder: count for folder, count in sorted(held.items()) if count > most}


def unsaid_folders(package: Path) -> Sequence[str]:
    """Folders of modules whose `__init__.py` does not say in one line what they are for."""
    folders = {path.parent for path in package.rglob("*.py")}
    return sorted(_name(folder, package) for folder in folders if not _says_one_line(folder / "__init__.py"))


def _says_one_line(file: Path) -> bool:
    said = ast.get_docstring(ast.parse(file.read_text())) if file.is_file() else None
    return said is not None and "\n" not in said.strip()


def working_folders(package: Path) -> Sequence[str]:
    """Folders below the package whose `__init__.py` does more than hand on names; the package itself may do so lazily."""
    handing_on = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    return sorted(
        _name(path.parent, package)
        for path in package.rglob("__init__.py")
        if path.parent != package and not all(isinstance(node, handing_on) for node in ast.parse(path.read_text()).body)
    )


def long_files(package: Path, most: int) -> Mapping[str, int]:
    """File -> its lines, where there are more than that."""
    held = {_name(path, package): lines_of(path) for path in sorted(package.rglob("*.py"))}
    return {path: lines for path, lines in held.items() if lines > most}


def long_functions(package: Path, most: int) -> Mapping[str, int]:
    """`file:name` -> lines of a function from `def` to its end, where there are more than that."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                found[f"{_name(path, package)}:{node.name}"] = node.end_lineno - node.lineno + 1
    return {name: lines for name, lines in found.items() if lines > most}


def lines_of(path: Path) -> int:
    """The lines of a file, or of every Python file below a folder."""
    files = path.rglob("*.py") if path.is_dir() else (path,)
    return sum(len(file.read_text().splitlines()) for file in files)


def _name(path: Path, package: Path) -> str:
    return path.relative_to(package.parent).as_posix()
