"""Tags and charts of an OCI registry, with and without a login."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chart_server import Handler, Server, archive, oci_pages, redirect

from migrator.charts import ChartLibrary, ChartRef, ChartSources
from migrator.charts.http_exchange import Patience, Response
from migrator.charts.oci import Registry
from migrator.charts.web import Web
from migrator.diagnostics import MigrateError
from migrator.engines import Cache

CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
BASIC = f"Basic {base64.b64encode(b'me:hunter2').decode()}"
DATA = archive("web", "1.0.0+b1")


def _registry(server: Server, name: str = "charts/web") -> Registry:
    return Registry(Web(Patience(pause=0)), f"oci://{server.host}/{name}")


def _error(function: Callable[[], object]) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        function()
    assert caught.value.diagnostic.remedy
    assert "hunter2" not in str(caught.value)
    return caught.value


@pytest.fixture
def registry(server: Server) -> Server:
    """A registry with one chart, open to everybody."""
    server.pages["/v2/charts/web/tags/list"] = json.dumps({"tags": ["1.0.0_b1", "latest"]}).encode()
    server.pages.update(oci_pages("charts/web", "1.0.0_b1", DATA, CHART))
    return server


def _wants(server: Server, challenge: str, *accepted: str) -> None:
    """Every page of the registry asks for an Authorization header."""
    for path, body in [each for each in server.pages.items() if each[0].startswith("/v2/")]:

        def answer(handler: Handler, body: bytes = body) -> None:
            if handler.headers["Authorization"] in accepted:
                handler.answer(200, body)
            else:
                handler.answer(401, WWW_Authenticate=challenge.format(server=server.url))

        server.answers[path] = answer


def _gives_token(server: Server, *accepted: str | None) -> None:
    def answer(handler: Handler) -> None:
        good = handler.headers["Authorization"] in accepted
        handler.answer(200 if good else 401, b'{"token": "pass"}' if good else b"")

    server.answers["/token?service=here&scope=repository%3Apull"] = answer


BEARER = 'Bearer realm="{server}/token",service="here",scope="repository:pull"'


@pytest.fixture
def logged_in(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes Docker's config.json with an entry for the registry."""

    def write(**entry: str) -> None:
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {server.host: entry}}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))

    return write


def test_an_open_registry(registry: Server) -> None:
    assert _registry(registry).tags() == ("1.0.0_b1", "latest")
    assert _registry(registry).pull("1.0.0_b1", limit=10_000) == DATA
    assert registry.sent("Authorization") == [None] * 3


def test_a_token_for_anybody(registry: Server) -> None:
    _wants(registry, BEARER, "Bearer pass")
    _gives_token(registry, None)
    assert _registry(registry).tags() == ("1.0.0_b1", "latest")
    assert _registry(registry).pull("1.0.0_b1", limit=10_000) == DATA


@pytest.mark.parametrize(
    "challenge", ['Basic realm="here"', BEARER, f'Basic realm="x", {BEARER}', f'{BEARER}, Basic realm="x"']
)
def test_tags_and_chart_are_asked_with_the_same_login(
    registry: Server, logged_in: Callable[..., None], challenge: str
) -> None:
    logged_in(username="me", password="hunter2")
    _wants(registry, challenge, "Bearer pass" if "Bearer" in challenge else BASIC)
    _gives_token(registry, BASIC)
    assert _registry(registry).tags() == ("1.0.0_b1", "latest")
    assert _registry(registry).pull("1.0.0_b1", limit=10_000) == DATA


def test_user_and_password_of_the_url(registry: Server) -> None:
    _wants(registry, 'Basic realm="here"', BASIC)
    reference = f"oci://me:hunter2@{registry.host}/charts/web"
    assert Registry(Web(), reference).pull("1.0.0_b1", limit=10_000) == DATA
    assert "hunter2" not in str(_error(lambda: Registry(Web(), reference).pull("2.0.0", limit=10_000)))


def test_an_identity_token_is_exchanged(registry: Server, logged_in: Callable[..., None]) -> None:
    logged_in(identitytoken="hunter2")
    _wants(registry, BEARER, "Bearer pass")
    registry.pages["/token"] = b'{"access_token": "pass"}'
    assert _registry(registry).tags()
    assert registry.forms == [
        b"grant_type=refresh_token&client_id=migrate-gitops&refresh_token=hunter2&service=here&scope=repository%3Apull"
    ]


def test_a_registry_token_is_sent_as_it_is(registry: Server, logged_in: Callable[..., None]) -> None:
    logged_in(registrytoken="pass")
    _wants(registry, BEARER, "Bearer pass")
    assert _registry(registry).tags()
    assert "/token" not in "".join(registry.paths)


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Bearer",
        'Bearer realm=""',
        'Bearer realm="file:///etc/passwd"',
        'Bearer realm="http://[x"',
        'Basic realm="here"',
        "Digest",
    ],
)
def test_a_registry_that_lets_nobody_in(registry: Server, challenge: str) -> None:
    _wants(registry, challenge)
    tags = _error(_registry(registry).tags).diagnostic
    pull = _error(lambda: _registry(registry).pull("1.0.0_b1", limit=10_000)).diagnostic
    assert (tags.code, pull.code) == ("MIG421", "MIG421")
    assert "401 Unauthorized" in tags.summary
    assert "401 Unauthorized" in pull.summary
    assert "log in to the registry" in pull.remedy


@pytest.mark.parametrize("content", [b'{"token": "a\\nb"}', b"{}", b'{"token": 7.5e400}', b'{"token": null}'])
def test_a_token_that_is_not_one(registry: Server, content: bytes) -> None:
    _wants(registry, BEARER, "Bearer pass")
    registry.pages["/token?service=here&scope=repository%3Apull"] = content
    assert _error(_registry(registry).tags).diagnostic.code == "MIG421"


def test_a_login_that_is_refused(registry: Server, logged_in: Callable[..., None]) -> None:
    logged_in(username="me", password="hunter2")
    _wants(registry, BEARER, "Bearer pass")
    _gives_token(registry, "Basic other")
    assert _error(_registry(registry).tags).diagnostic.code == "MIG421"
    _wants(registry, 'Basic realm="x"')
    assert _error(_registry(registry).tags).diagnostic.code == "MIG421"


def test_a_login_never_goes_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that is asked over https must not send the login to a realm over http."""
    asked = []

    def get(_: Web, url: str, **__: object) -> Response:
        asked.append(url)
        return Response(
            status=401, headers={"www-authenticate": 'Bearer realm="http://realm.example.org"'}, url=url, body=b""
        )

    monkeypatch.setattr(Web, "get", get)
    registry = Registry(Web(), "oci://me:hunter2@registry.example.org/charts/web")
    assert _error(registry.tags).diagnostic.code == "MIG421"
    assert asked == ["https://registry.example.org/v2/charts/web/tags/list"]


def test_a_login_is_not_for_where_the_registry_redirects(
    registry: Server, other: Server, logged_in: Callable[..., None]
) -> None:
    """A blob may lie in other storage, which must not see the token; nor may another registry ask for the login."""
    logged_in(username="me", password="hunter2")
    _wants(registry, 'Basic realm="here"', BASIC)
    blob = next(path for path in registry.pages if "/blobs/" in path)
    registry.answers[blob] = redirect(f"{other.url}/storage")
    other.pages["/storage"] = DATA
    assert _registry(registry).pull("1.0.0_b1", limit=10_000) == DATA
    other.answers["/storage"] = lambda handler: handler.answer(401, WWW_Authenticate='Basic realm="here"')
    assert _error(lambda: _registry(registry).pull("1.0.0_b1", limit=10_000)).diagnostic.code == "MIG421"
    assert other.sent("Authorization") == [None, None]


def test_pages_of_tags(server: Server, other: Server) -> None:
    first = "/v2/charts/web/tags/list"
    server.answers[first] = lambda handler: handler.answer(
        200, b'{"tags": ["1.0.0"]}', Link='</v2/charts/web/tags/list?last=x>; rel="next"'
    )
    server.answers[f"{first}?last=x"] = lambda handler: handler.answer(
        200, b'{"tags": ["2.0.0"]}', Link=f'<{other.url}/more>; rel="next"'
    )
    other.pages["/more"] = b'{"tags": null}'
    _wants(server, 'Basic realm="here"', BASIC)
    registry = Registry(Web(), f"oci://me:hunter2@{server.host}/charts/web")
    assert registry.tags() == ("1.0.0", "2.0.0")
    assert other.sent("Authorization") == [None]


def test_a_name_that_the_registry_does_not_have(registry: Server) -> None:
    assert _registry(registry, "charts/nothing").tags() == ()
    error = _error(lambda: _registry(registry, "charts/nothing").pull("1.0.0", limit=10))
    assert error.diagnostic.code == "MIG421"
    assert f"oci://{registry.host}/charts/nothing 1.0.0" in error.diagnostic.summary
    assert "--chart-mirror" in error.diagnostic.remedy


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (b"<html>", "MIG422"),
        (b"[]", "MIG422"),
        (b"{}", "MIG422"),
        (
            b'{"layers": [3, {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:0"}]}',
            "MIG422",
        ),
        (json.dumps({"layers": [{"mediaType": CHART, "digest": "../../../etc/passwd"}]}).encode(), "MIG422"),
        (json.dumps({"layers": [{"mediaType": CHART, "digest": f"sha256:{'0' * 64}"}]}).encode(), "MIG423"),
    ],
)
def test_what_is_not_a_chart(server: Server, manifest: bytes, code: str) -> None:
    server.pages["/v2/charts/web/manifests/1.0.0"] = manifest
    server.pages[f"/v2/charts/web/blobs/sha256:{'0' * 64}"] = DATA
    assert _error(lambda: _registry(server).pull("1.0.0", limit=10_000)).diagnostic.code == code


def test_a_chart_that_is_too_large(registry: Server) -> None:
    assert _error(lambda: _registry(registry).pull("1.0.0_b1", limit=10)).diagnostic.code == "MIG412"


def test_a_registry_as_a_chart_source(registry: Server, tmp_path: Path) -> None:
    library = ChartLibrary(ChartSources(), Cache(tmp_path), Web(Patience(pause=0)))
    repository = f"oci://{registry.host}/charts"
    assert [(one.version, one.url) for one in library.versions("web", repository)] == [
        ("1.0.0+b1", f"{repository}/web:1.0.0+b1")
    ]
    chart = library.fetch(ChartRef(name="web", version="1.0.0+b1", repository=repository))
    assert (chart.path.read_bytes(), chart.ref.repository) == (DATA, repository)
    offline = ChartLibrary(ChartSources(offline=True), Cache(tmp_path))
    assert offline.fetch(ChartRef(name="web", version="1.0.0+b1", repository=repository)).path == chart.path
    assert _error(lambda: offline.versions("web", repository)).diagnostic.code == "MIG421"


@pytest.mark.parametrize("tag", [":1.0.0_b1", ""])
def test_an_index_that_names_a_registry(registry: Server, tag: str) -> None:
    entry = {"version": "1.0.0+b1", "urls": [f"oci://{registry.host}/charts/web{tag}"], "digest": "0" * 64}
    registry.pages["/charts/index.yaml"] = json.dumps({"entries": {"web": [entry]}}).encode()
    library = ChartLibrary(ChartSources(), Cache(None), Web(Patience(pause=0)))
    ref = ChartRef(name="web", version="1.0.0+b1", repository=f"{registry.url}/charts")
    assert _error(lambda: library.fetch(ref)).diagnostic.code == "MIG423", "the index promises another one"
    assert registry.paths[-1].startswith("/v2/charts/web/blobs/")


def test_docker_hub_by_its_short_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get(_: Web, url: str, **__: object) -> Response:
        asked.append(url)
        return Response(status=404, headers={}, url=url, body=b"")

    monkeypatch.setattr(Web, "get", get)
    assert Registry(Web(), "oci://docker.io/acme/web").tags() == ()
    assert asked == ["https://registry-1.docker.io/v2/acme/web/tags/list"]
