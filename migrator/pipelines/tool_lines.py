"""The lines of a pipeline that install what it runs, at versions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

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
    url, listed = (
        text.replace("@version@", version).replace("@number@", version.removeprefix("v"))
        for text in (archive.url, archive.checksums)
    )
    yield _fetch(url, f"{name}.tar.gz")
    digest = archive.sha256
    if version != archive.version:
        yield "# no digest of this version is known here: its publisher's own list, from the same place, has to do"
        yield _fetch(listed, f"{name}.sums")
        file = unquote(posixpath.basename(url))
        yield f"digest=$(awk -v file={word(file)} '$2 == file {{ print $1 }}' {name}.sums)"
        digest = "$digest"
    yield f'echo "{digest}  {name}.tar.gz" | sha256sum --check --quiet'
    depth = archive.member.count("/")
    strip = f" --strip-components={depth}" if depth else ""
    yield f'tar -xzf {name}.tar.gz -C "{folder}"{strip} {word(archive.member)}'
    yield f"rm {name}.tar.gz" if version == archive.version else f"rm {name}.tar.gz {name}.sums"


def _fetch(url: str, file: str) -> str:
    return f"curl --fail --silent --show-error --location --output {file} {word(url)}"
