"""The lines of a pipeline that install what it runs, at versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrator.pipelines.deployed import Deployed
from migrator.pipelines.shell import word
from migrator.pipelines.templates import Archive, load_tools

_VERSION = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")


def install(names: Sequence[str], all_of_it: Deployed, folder: str, *, indent: str) -> str:
    """Lines of a shell that put programs of these names into the folder, and checkov where pip is named among them."""
    return "\n".join(f"{indent}{line}" for line in _lines(names, dict(all_of_it.engines), folder))


def _lines(names: Sequence[str], engines: dict[str, str], folder: str) -> Iterator[str]:
    tools = load_tools()
    yield f'mkdir -p "{folder}"'
    for name in names:
        if name == "checkov":
            yield f"pip install --quiet {word(f'checkov=={tools.checkov}')}"
            continue
        archive = tools.archives[name]
        yield from _archive(name, archive, _version(archive, engines.get(name, "")), folder)


def _version(archive: Archive, locked: str) -> str:
    """What the lock says where that can be nothing but a version."""
    return f"v{locked.removeprefix('v')}" if _VERSION.fullmatch(locked) else archive.version


def _archive(name: str, archive: Archive, version: str, folder: str) -> Iterator[str]:
    url = archive.url.replace("@version@", version).replace("@number@", version.removeprefix("v"))
    yield f"curl --fail --silent --show-error --location --output {name}.tar.gz {word(url)}"
    if archive.sha256 and version == archive.version:
        yield f'echo "{archive.sha256}  {name}.tar.gz" | sha256sum --check --quiet'
    depth = archive.member.count("/")
    strip = f" --strip-components={depth}" if depth else ""
    yield f'tar -xzf {name}.tar.gz -C "{folder}"{strip} {word(archive.member)}'
    yield f"rm {name}.tar.gz"
