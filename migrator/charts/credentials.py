"""The logins that the user gave to Helm and to Docker, read from the files where these keep them."""

from __future__ import annotations

import base64
import binascii
import json
import os
import posixpath
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.charts.access import Access, Login, Tls, origin, without_login
from migrator.diagnostics import MigrateError
from migrator.engines import ask_credential_helper
from migrator.model import Json, RepoPath

DOCKER_HUB = "registry-1.docker.io"
_DOCKER_HUB_LOGIN = "https://index.docker.io/v1/"
_IDENTITY_USER = "<token>"
"""The user name with which a credential helper says that its secret is an identity token."""


def repository_access(repository: str) -> Access:
    """What an HTTP repository and the archives that it names are asked with.

    From the entry of Helm's repositories.yaml with the same URL (`helm repo add`), else from the user and password
    in the URL. MIG424 where the file cannot be used.
    """
    plain, login = without_login(repository)
    file = _repositories_file()
    for entry in _repositories(file):
        if _is_same(_text(entry, "url", file), plain):
            username, password = _text(entry, "username", file), _text(entry, "password", file)
            return Access(
                origin=origin(plain),
                login=Login(username=username, password=password) if username and password else login,
                everywhere=entry.get("pass_credentials_all") is True,
                tls=Tls(
                    ca_file=_text(entry, "caFile", file),
                    cert_file=_text(entry, "certFile", file),
                    key_file=_text(entry, "keyFile", file),
                    insecure=entry.get("insecure_skip_tls_verify") is True,
                ),
            )
    return Access(origin=origin(plain), login=login)


def registry_login(host: str) -> Login | None:
    """The login of an OCI registry (`host` or `host:port`), None if the user has none.

    Helm's registry config comes before Docker's config.json; in each a credential helper before what stands there.
    MIG424 where a file or a helper cannot be used.
    """
    server = _DOCKER_HUB_LOGIN if host == DOCKER_HUB else host
    for file in _registry_files():
        config = _registry_config(file)
        helper = _entry(config, "credHelpers", file).get(server) or config.get("credsStore")
        login = _from_helper(str(helper), server) if helper else _written(config, server, file)
        if login is not None:
            return login
    return None


def _from_helper(name: str, server: str) -> Login | None:
    answer = ask_credential_helper(name, server)
    if answer is None:
        return None
    if answer.username == _IDENTITY_USER:
        return Login(identity=answer.secret)
    return Login(username=answer.username, password=answer.secret)


def _written(config: Mapping[str, Json], server: str, file: Path) -> Login | None:
    known = _entry(config, "auths", file)
    address = next((each for each in (server, *sorted(known)) if each in known and _host(each) == _host(server)), None)
    if address is None:
        return None
    entry = _entry(known, address, file)
    username, password = _text(entry, "username", file), _text(entry, "password", file)
    if encoded := _text(entry, "auth", file):
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _unusable(file, f"`auth` of {address} is not base64") from None
        username, _, password = pair.partition(":")
    login = Login(
        username=username,
        password=password.rstrip("\0"),
        identity=_text(entry, "identitytoken", file),
        bearer=_text(entry, "registrytoken", file),
    )
    return None if login == Login() else login


def _repositories(file: Path) -> Iterator[Mapping[str, Json]]:
    from migrator.yamlio import Dialect, YamlError, read_value

    data = _read(file)
    if not data:
        return
    try:
        value = read_value(data, dialect=Dialect.SIGS, path=RepoPath("repositories.yaml"))
    except YamlError as error:
        # not the reader's own words: they quote what stands there
        line = error.diagnostic.span.line if error.diagnostic.span else 1
        raise _unusable(file, f"line {line} is not YAML") from None
    listed = value.get("repositories") if isinstance(value, dict) else ()
    if not isinstance(value, dict) or not isinstance(listed or [], list):
        raise _unusable(file, "it holds no list of repositories")
    yield from (entry for entry in listed or () if isinstance(entry, dict))


def _registry_config(file: Path) -> Mapping[str, Json]:
    data = _read(file)
    try:
        value = json.loads(data) if data.strip() else {}
    except ValueError:
        raise _unusable(file, "it is not JSON") from None
    if not isinstance(value, dict):
        raise _unusable(file, "it is not an object")
    return value


def _read(file: Path) -> bytes:
    """The content, nothing where there is no file."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise _unusable(file, error.strerror or type(error).__name__) from None


def _entry(value: Mapping[str, Json], key: str, file: Path) -> Mapping[str, Json]:
    found = value.get(key) or {}
    if not isinstance(found, dict):
        raise _unusable(file, f"`{key}` is not an object")
    return found


def _text(entry: Mapping[str, Json], key: str, file: Path) -> str:
    found = entry.get(key)
    if found is not None and not isinstance(found, str):
        raise _unusable(file, f"`{key}` is not a text")
    return found or ""


def _host(address: str) -> str:
    """Of `https://host/v1/` as of `host`: the host; older clients wrote whole URLs."""
    return address.partition("://")[2].partition("/")[0] if "://" in address else address


def _is_same(one: str, other: str) -> bool:
    """Whether Helm takes both for the URL of one repository."""
    first, second = (urllib.parse.urlsplit(each) for each in (one, other))
    return first._replace(path=posixpath.normpath(first.path or "/")) == second._replace(
        path=posixpath.normpath(second.path or "/")
    )


def _repositories_file() -> Path:
    chosen = os.environ.get("HELM_REPOSITORY_CONFIG")
    return Path(chosen) if chosen else _helm_home() / "repositories.yaml"


def _registry_files() -> tuple[Path, Path]:
    chosen = os.environ.get("HELM_REGISTRY_CONFIG")
    docker = os.environ.get("DOCKER_CONFIG")
    return (
        Path(chosen) if chosen else _helm_home() / "registry" / "config.json",
        (Path(docker) if docker else _home() / ".docker") / "config.json",
    )


def _helm_home() -> Path:
    """Where Helm keeps its configuration on this platform."""
    if chosen := os.environ.get("HELM_CONFIG_HOME"):
        return Path(chosen)
    if base := os.environ.get("XDG_CONFIG_HOME"):
        return Path(base) / "helm"
    if sys.platform == "darwin":
        return _home() / "Library" / "Preferences" / "helm"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "")) / "helm"
    return _home() / ".config" / "helm"


def _home() -> Path:
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none


def _unusable(file: Path, reason: str) -> MigrateError:
    return MigrateError.of(
        "MIG424",
        f"{file} cannot be used: {reason}",
        remedy="correct the file, or log in again (helm repo add, helm registry login, docker login)",
    )
