"""Certificates that Helm's repositories.yaml names: which authority counts, and who is shown one's own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from chart_server import redirect, running

from migrator.charts import ChartLibrary, ChartSources
from migrator.charts.access import Tls
from migrator.charts.credentials import repository_access
from migrator.charts.http_exchange import Patience
from migrator.charts.web import Web
from migrator.diagnostics import MigrateError
from migrator.engines import Cache, HelmRender, find_helm, helm_template
from migrator.model import ReleaseContext
from migrator.yamlio import Dialect, read_documents


def _library() -> ChartLibrary:
    return ChartLibrary(ChartSources(), Cache(None), Web(Patience(pause=0)))


def _error(function: Callable[[], object]) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        function()
    assert caught.value.diagnostic.remedy
    assert "hunter2" not in str(caught.value)
    return caught.value


CERTIFICATES = """\
{{ $authority := genCA "tests" 30 }}{{ $server := genSignedCert "127.0.0.1" (list "127.0.0.1") nil 30 $authority }}
kind: Certificates
authority: {{ $authority.Cert | quote }}
cert: {{ $server.Cert | quote }}
key: {{ $server.Key | quote }}
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Files of an authority and of what it signed for 127.0.0.1; helm can make them."""
    folder = tmp_path_factory.mktemp("certificates")
    chart = folder / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    (chart / "templates" / "c.yaml").write_text(CERTIFICATES)
    request = HelmRender(context=ReleaseContext(release="c", namespace="c"), chart=chart, values=())
    (made,) = read_documents(helm_template(find_helm(), request), dialect=Dialect.SIGS, path="made.yaml")
    assert isinstance(made.value, dict)
    files = {name: folder / f"{name}.pem" for name in ("authority", "cert", "key")}
    for name, file in files.items():
        file.write_text(str(made.value[name]))
    return {name: str(file) for name, file in files.items()}


def _context(certificates: dict[str, str], verify: ssl.VerifyMode = ssl.CERT_NONE) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates["cert"], certificates["key"])
    context.load_verify_locations(certificates["authority"])
    context.verify_mode = verify
    return context


def test_an_authority_of_ones_own(certificates: dict[str, str], repositories: Callable[..., None]) -> None:
    with running(_context(certificates)) as server:
        server.publish(("web", "1.0.0"))
        repository = f"{server.url}/charts"
        error = _error(lambda: _library().versions("web", repository))
        assert error.diagnostic.code == "MIG421"
        assert "CERTIFICATE_VERIFY_FAILED" in error.diagnostic.summary
        repositories({"url": repository, "caFile": certificates["authority"]})
        assert _library().versions("web", repository)
        repositories({"url": repository, "insecure_skip_tls_verify": True})
        assert _library().versions("web", repository)


def test_a_certificate_is_shown_to_its_server_alone(
    certificates: dict[str, str], repositories: Callable[..., None]
) -> None:
    mine = {"caFile": certificates["authority"], "certFile": certificates["cert"], "keyFile": certificates["key"]}
    with running(_context(certificates, ssl.CERT_REQUIRED)) as server, running(_context(certificates)) as other:
        server.publish(("web", "1.0.0"))
        repositories({"url": f"{server.url}/charts", **mine})
        assert _library().versions("web", f"{server.url}/charts")
        repositories({"url": f"{server.url}/charts", "caFile": certificates["authority"]})
        assert _error(lambda: _library().versions("web", f"{server.url}/charts")).diagnostic.code == "MIG421"
        # the authority counts for the repository, not for what it redirects to
        repositories({"url": f"{server.url}/charts", **mine})
        server.answers["/charts/index.yaml"] = redirect(f"{other.url}/charts/index.yaml")
        error = _error(lambda: _library().versions("web", f"{server.url}/charts"))
        assert "CERTIFICATE_VERIFY_FAILED" in error.diagnostic.summary


@pytest.mark.parametrize("names", [("caFile",), ("certFile", "keyFile")])
def test_certificates_that_cannot_be_read(
    names: tuple[str, ...], tmp_path: Path, repositories: Callable[..., None]
) -> None:
    file = tmp_path / "file.pem"
    file.write_text("hunter2")
    for path in (file, tmp_path / "gone.pem"):
        repositories({"url": "https://127.0.0.1:9/charts", **dict.fromkeys(names, str(path))})
        error = _error(lambda: _library().versions("web", "https://127.0.0.1:9/charts"))
        assert (error.diagnostic.code, str(path) in error.diagnostic.summary) == ("MIG424", True)


def test_certificates_of_an_entry(repositories: Callable[..., None]) -> None:
    repositories({"url": "https://h", "caFile": "a", "certFile": "c", "keyFile": "k", "insecure_skip_tls_verify": True})
    assert repository_access("https://h").tls == Tls(ca_file="a", cert_file="c", key_file="k", insecure=True)
