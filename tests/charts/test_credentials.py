"""The logins that Helm and Docker keep: where they are looked for, whom they are shown to, and what is said of bad files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chart_server import Server

from migrator.charts import ChartLibrary, ChartRef, ChartSources
from migrator.charts.access import Login
from migrator.charts.credentials import registry_login, repository_access
from migrator.charts.http_exchange import Patience
from migrator.charts.web import Web
from migrator.diagnostics import MigrateError
from migrator.engines import Cache

ME = Login(username="me", password="hunter2")
BASIC = ME.header()["Authorization"]
AUTH = base64.b64encode(b"me:hunter2").decode()


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes Helm's registry config and Docker's config.json."""

    def write(*, helm: object = None, docker: object = None) -> None:
        (tmp_path / "docker").mkdir(exist_ok=True)
        for path, value in ((tmp_path / "helm.json", helm), (tmp_path / "docker" / "config.json", docker)):
            path.unlink(missing_ok=True)
            if value is not None:
                path.write_text(value if isinstance(value, str) else json.dumps(value))
        monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "helm.json"))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))

    return write


def _library(cache: Cache | None = None) -> ChartLibrary:
    return ChartLibrary(ChartSources(), cache or Cache(None), Web(Patience(pause=0)))


def _error(function: Callable[[], object]) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        function()
    assert caught.value.diagnostic.remedy
    assert "hunter2" not in str(caught.value)
    assert AUTH not in str(caught.value)
    return caught.value


# chart repositories


def test_index_and_archive_are_asked_with_the_login_of_the_repository(
    server: Server, repositories: Callable[..., None], tmp_path: Path
) -> None:
    server.publish(("web", "1.0.0"))
    repositories({"url": f"{server.url}/charts/", "username": "me", "password": "hunter2"})
    assert _library(Cache(tmp_path / "cache")).fetch(
        ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts")
    )
    assert server.sent("Authorization") == [BASIC, BASIC]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert b"web" in kept
    assert b"hunter2" not in kept
    assert AUTH.encode() not in kept


@pytest.mark.parametrize("everywhere", [False, True])
def test_an_archive_elsewhere_is_asked_without_it_unless_the_user_wants_that(
    server: Server, other: Server, repositories: Callable[..., None], *, everywhere: bool
) -> None:
    server.publish(("web", "1.0.0"), at=f"{other.url}/files/")
    other.publish(("web", "1.0.0"), folder="/files")
    repositories(
        {"url": f"{server.url}/charts", "username": "me", "password": "hunter2", "pass_credentials_all": everywhere}
    )
    assert _library().fetch(ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts"))
    assert server.sent("Authorization") == [BASIC]
    assert other.sent("Authorization") == [BASIC if everywhere else None]


@pytest.mark.parametrize(
    "entry",
    [
        {"url": "{server}/private", "username": "me", "password": "hunter2"},
        {"url": "https://127.0.0.1/charts", "username": "me", "password": "hunter2"},
        {"url": "{server}/charts", "username": "me", "password": ""},
        {"url": "{server}/charts"},
    ],
)
def test_entries_that_are_not_for_it(server: Server, repositories: Callable[..., None], entry: dict[str, str]) -> None:
    server.publish(("web", "1.0.0"))
    repositories({**entry, "url": entry["url"].format(server=server.url)})
    assert _library().versions("web", f"{server.url}/charts")
    assert server.sent("Authorization") == [None]


def test_user_and_password_of_the_url_serve_its_archives(server: Server, tmp_path: Path) -> None:
    server.publish(("web", "1.0.0"))
    url = f"{server.url}/charts".replace("http://", "http://me:hunter2@")
    library = _library(Cache(tmp_path))
    assert library.fetch(ChartRef(name="web", version="1.0.0", repository=url))
    assert server.sent("Authorization") == [BASIC, BASIC]
    assert [one.url for one in library.versions("web", url)] == [f"{server.url}/charts/web-1.0.0.tgz"]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"hunter2" not in kept


def test_offline_nobody_asks_for_logins(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [")
    monkeypatch.setenv("HELM_REPOSITORY_CONFIG", str(tmp_path / "broken.yaml"))
    ref = ChartRef(name="web", version="1.0.0", repository=f"{server.url}/charts")
    assert _error(lambda: ChartLibrary(ChartSources(offline=True), Cache(None)).fetch(ref)).diagnostic.code == "MIG421"
    assert _error(lambda: _library().fetch(ref)).diagnostic.code == "MIG424"


@pytest.mark.parametrize(
    ("variables", "platform", "place"),
    [
        ({"HELM_REPOSITORY_CONFIG": "{home}/own.yaml"}, "linux", "own.yaml"),
        (
            {"HELM_CONFIG_HOME": "{home}/helm-home", "XDG_CONFIG_HOME": "{home}/x"},
            "linux",
            "helm-home/repositories.yaml",
        ),
        ({"XDG_CONFIG_HOME": "{home}/xdg"}, "darwin", "xdg/helm/repositories.yaml"),
        ({}, "linux", ".config/helm/repositories.yaml"),
        ({}, "darwin", "Library/Preferences/helm/repositories.yaml"),
        ({"APPDATA": "{home}/roaming"}, "win32", "roaming/helm/repositories.yaml"),
    ],
)
def test_where_helm_keeps_them(
    variables: dict[str, str], platform: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HELM_REPOSITORY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=tmp_path))
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("repositories: [{name: a, url: https://charts.example.org, username: me, password: hunter2}]")
    assert repository_access("https://charts.example.org/").login == ME


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("repositories: a: hunter2", "line 1 is not YAML"),
        ("a: 1\npassword: *hunter2", "line 2 is not YAML"),
        ("- hunter2", "no list of repositories"),
        ("repositories: {a: hunter2}", "no list of repositories"),
        ("repositories: [{url: https://h, username: [hunter2], password: x}]", "`username` is not a text"),
    ],
)
def test_a_file_of_repositories_that_is_not_one(
    text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "repositories.yaml"
    path.write_text(text)
    monkeypatch.setenv("HELM_REPOSITORY_CONFIG", str(path))
    diagnostic = _error(lambda: repository_access("https://h")).diagnostic
    assert diagnostic.code == "MIG424"
    assert str(path) in diagnostic.summary
    assert reason in diagnostic.summary


@pytest.mark.parametrize("text", ["", "repositories:", "repositories: []", "apiVersion: v1", "repositories: [3, null]"])
def test_a_file_without_repositories(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "repositories.yaml"
    path.write_text(text)
    monkeypatch.setenv("HELM_REPOSITORY_CONFIG", str(path))
    assert repository_access("https://h").login is None


# registries


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({"auth": AUTH}, ME),
        ({"username": "me", "password": "hunter2"}, ME),
        ({"auth": base64.b64encode(b"me:hun:ter\0\0").decode()}, Login(username="me", password="hun:ter")),
        (
            {"auth": base64.b64encode(b"0000:").decode(), "identitytoken": "hunter2"},
            Login(username="0000", identity="hunter2"),
        ),
        ({"registrytoken": "hunter2"}, Login(bearer="hunter2")),
        ({}, None),
    ],
)
def test_entries_of_a_registry(entry: dict[str, str], login: Login | None, configs: Callable[..., None]) -> None:
    configs(docker={"auths": {"registry.example.org:5000": entry}})
    assert registry_login("registry.example.org:5000") == login
    assert registry_login("registry.example.org") is None
    assert registry_login("example.org:5000") is None


def test_helm_comes_before_docker(configs: Callable[..., None]) -> None:
    theirs = {"auths": {"r.example.org": {"username": "docker", "password": "x"}, "q.example.org": {"auth": AUTH}}}
    configs(helm={"auths": {"r.example.org": {"auth": AUTH}}}, docker=theirs)
    assert registry_login("r.example.org") == ME
    assert registry_login("q.example.org") == ME
    configs(docker=theirs)
    assert registry_login("r.example.org") == Login(username="docker", password="x")


def test_addresses_in_older_spellings(configs: Callable[..., None]) -> None:
    configs(
        docker={"auths": {"https://r.example.org/v1/": {"auth": AUTH}, "https://index.docker.io/v1/": {"auth": AUTH}}}
    )
    assert registry_login("r.example.org") == ME
    assert registry_login("registry-1.docker.io") == ME


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{hunter2", "it is not JSON"),
        ("[]", "it is not an object"),
        ('{"auths": ["hunter2"]}', "`auths` is not an object"),
        ('{"auths": {"r.example.org": "hunter2"}}', "`r.example.org` is not an object"),
        ('{"auths": {"r.example.org": {"auth": "hunter2!"}}}', "`auth` of r.example.org is not base64"),
        ('{"auths": {"r.example.org": {"auth": 1}}}', "`auth` is not a text"),
        ('{"credHelpers": "hunter2"}', "`credHelpers` is not an object"),
    ],
)
def test_a_config_that_cannot_be_used(text: str, reason: str, configs: Callable[..., None], tmp_path: Path) -> None:
    configs(docker=text)
    diagnostic = _error(lambda: registry_login("r.example.org")).diagnostic
    assert diagnostic.code == "MIG424"
    assert str(tmp_path / "docker" / "config.json") in diagnostic.summary
    assert reason in diagnostic.summary


def test_a_config_that_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path))
    assert _error(lambda: registry_login("r.example.org")).diagnostic.code == "MIG424"


def test_a_config_of_nothing(configs: Callable[..., None]) -> None:
    configs(helm="", docker={"auths": {}, "credHelpers": {}, "credsStore": ""})
    assert registry_login("r.example.org") is None


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`docker-credential-vault` on PATH, which holds logins for hosts that begin with `known`."""
    program = tmp_path / "bin" / "docker-credential-vault"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'read -r server; echo "$1 $server" >> "$(dirname "$0")/asked"\n'
        'case "$server" in\n'
        'known*) echo \'{"ServerURL": "x", "Username": "me", "Secret": "hunter2"}\';;\n'
        'token*) echo \'{"Username": "<token>", "Secret": "hunter2"}\';;\n'
        "odd*) echo hunter2;;\n"
        "broken*) echo hunter2; exit 1;;\n"
        '*) echo "credentials not found in native keychain"; exit 1;;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program.parent / "asked"


def test_a_helper_for_one_registry(helper: Path, configs: Callable[..., None]) -> None:
    configs(docker={"credHelpers": {"known.example.org": "vault"}, "auths": {"r.example.org": {"auth": AUTH}}})
    assert registry_login("known.example.org") == ME
    assert registry_login("r.example.org") == ME
    assert helper.read_text() == "get known.example.org\n"


def test_a_helper_for_all(helper: Path, configs: Callable[..., None]) -> None:
    configs(helm={"credsStore": "vault"}, docker={"auths": {"other.example.org": {"auth": AUTH}}})
    assert registry_login("known.example.org") == ME
    assert registry_login("token.example.org") == Login(identity="hunter2")
    assert registry_login("other.example.org") == ME, "what the helper does not know, Docker's file may"
    assert registry_login("third.example.org") is None


@pytest.mark.parametrize("server", ["odd.example.org", "broken.example.org"])
def test_a_helper_that_fails(server: str, helper: Path, configs: Callable[..., None]) -> None:
    configs(docker={"credsStore": "vault"})
    error = _error(lambda: registry_login(server))
    assert (error.diagnostic.code, server in error.diagnostic.summary) == ("MIG424", True)


@pytest.mark.parametrize("name", ["gone", "../vault", "/bin/sh", "vault;x", "", " "])
def test_a_helper_that_is_not_there(name: str, helper: Path, configs: Callable[..., None]) -> None:
    configs(docker={"credHelpers": {"known.example.org": name}})
    if name:
        assert _error(lambda: registry_login("known.example.org")).diagnostic.code == "MIG424"
    else:
        assert registry_login("known.example.org") is None
    assert not helper.exists()
