"""What is asked over HTTP, how long, how often and with what; against servers that do what servers do."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from chart_server import Handler, Server, in_turn, redirect

from migrator.charts.access import Access, Login, origin, shown
from migrator.charts.http_exchange import Patience
from migrator.charts.web import Web
from migrator.diagnostics import MigrateError
from migrator.engines import Cache

LOGIN = Login(username="me", password="hunter2")
BASIC = LOGIN.header()["Authorization"]


def _web(**patience: float) -> Web:
    return Web(Patience(**{"pause": 0, **patience}))  # type: ignore[arg-type]


def _access(server: Server, **more: bool) -> Access:
    return Access(origin=origin(server.url), login=LOGIN, **more)


def _error(function: Callable[[], object]) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        function()
    assert caught.value.diagnostic.remedy
    assert "hunter2" not in str(caught.value)
    return caught.value


def _codes(function: Callable[[], object]) -> tuple[str, str]:
    diagnostic = _error(function).diagnostic
    return diagnostic.code, diagnostic.summary


# time


def test_a_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        code, summary = _codes(lambda: _web(answer=0.1).get(url, limit=10))
    assert (code, "no answer within 0.1 seconds" in summary) == ("MIG421", True)


def _drip_body(handler: Handler) -> None:
    handler.answer(200, Content_Length="1000000")
    handler.drip(b"x")


def _drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
    handler.drip(b"x")


@pytest.mark.parametrize("slow", [_drip_body, _drip_headers])
def test_an_answer_that_never_ends(server: Server, slow: Callable[[Handler], None]) -> None:
    server.answers["/slow"] = slow
    code, summary = _codes(lambda: _web(whole=0.3).get(f"{server.url}/slow", limit=1_000_000))
    assert (code, "no end within 0.3 seconds" in summary) == ("MIG421", True)
    assert server.paths == ["/slow"]


# retries


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    busy = [lambda handler: handler.answer(status, Retry_After="0")] * 2
    server.answers["/x"] = in_turn(*busy, lambda handler: handler.answer(200, b"at last"))
    assert _web().get(f"{server.url}/x", limit=100).body == b"at last"
    assert server.paths == ["/x"] * 3


def test_a_server_that_stays_busy_is_asked_thrice(server: Server) -> None:
    server.answers["/x"] = lambda handler: handler.answer(503)
    assert _web().get(f"{server.url}/x", limit=100).status == 503
    assert server.paths == ["/x"] * 3


@pytest.mark.parametrize(
    "wanted", ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)], ids=["seconds", "date"]
)
def test_a_server_that_wants_a_long_pause_is_left_alone(server: Server, wanted: str) -> None:
    server.answers["/x"] = lambda handler: handler.answer(429, Retry_After=wanted)
    assert _web().get(f"{server.url}/x", limit=100).status == 429
    assert server.paths == ["/x"]


@pytest.mark.parametrize("wanted", ["soon", "-1", "٣", format_datetime(datetime(2020, 1, 1, tzinfo=UTC))])
def test_a_pause_that_is_not_one_does_not_count(server: Server, wanted: str) -> None:
    busy = lambda handler: handler.answer(429, Retry_After=wanted.encode().decode("latin-1"))  # noqa: E731
    server.answers["/x"] = in_turn(busy, lambda handler: handler.answer(200, b"at last"))
    assert _web().get(f"{server.url}/x", limit=100).body == b"at last"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_other_errors_are_final(server: Server, status: int) -> None:
    server.answers["/x"] = lambda handler: handler.answer(status, b"why")
    answer = _web().get(f"{server.url}/x", limit=100)
    assert (answer.status, answer.body, server.paths) == (status, b"", ["/x"])


def test_a_connection_that_breaks_is_made_again(server: Server) -> None:
    cut = lambda handler: handler.answer(200, b"half", Content_Length="100")  # noqa: E731
    server.answers["/x"] = in_turn(
        cut, lambda handler: handler.connection.close(), lambda handler: handler.answer(200, b"whole")
    )
    assert _web().get(f"{server.url}/x", limit=1000).body == b"whole"
    assert server.paths == ["/x"] * 3


def test_an_answer_that_is_always_cut_short(server: Server) -> None:
    server.answers["/x"] = lambda handler: handler.answer(200, b"half", Content_Length="100")
    assert _codes(lambda: _web().get(f"{server.url}/x", limit=1000))[0] == "MIG421"
    assert server.paths == ["/x"] * 3


def test_an_answer_longer_than_it_says_ends_where_it_said(server: Server) -> None:
    server.answers["/x"] = lambda handler: handler.answer(200, b"0123456789", Content_Length="4")
    assert _web().get(f"{server.url}/x", limit=1000).body == b"0123"


def test_a_server_that_cannot_be_reached_is_asked_once() -> None:
    """Three times for the first chart, not at all for the others."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

        def hang_up() -> None:
            for _ in range(3):
                connection, _ = closed.accept()
                calls.append(connection.recv(1))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        web = _web()
        first = _error(lambda: web.get(f"{url}/a", limit=10))
        thread.join()
    second = _error(lambda: web.get(f"{url}/b", limit=10))
    assert (len(calls), second.diagnostic) == (3, first.diagnostic)


def test_a_form_is_sent_once_and_goes_nowhere_else(server: Server, other: Server) -> None:
    server.answers["/busy"] = lambda handler: handler.answer(503)
    assert _web().post(f"{server.url}/busy", {"token": "hunter2"}, limit=10).status == 503
    server.answers["/away"] = redirect(f"{other.url}/x", 307)
    assert _web().post(f"{server.url}/away", {"token": "hunter2"}, limit=10).status == 307
    assert server.forms == [b"token=hunter2"] * 2
    assert other.seen == []


# size


@pytest.mark.parametrize("told", [{}, {"Content_Length": ""}], ids=["told", "not told"])
def test_an_answer_that_is_too_large(server: Server, told: dict[str, str]) -> None:
    server.answers["/x?token=hunter2"] = lambda handler: handler.answer(200, b"x" * 2000, **told)
    code, summary = _codes(lambda: _web().get(f"{server.url}/x?token=hunter2", limit=1000))
    assert (code, f"{server.url}/x is larger" in summary) == ("MIG412", True)
    assert _web().get(f"{server.url}/x?token=hunter2", limit=2000).body == b"x" * 2000


def test_an_answer_that_says_that_it_is_too_large_is_not_waited_for(server: Server) -> None:
    def promise(handler: Handler) -> None:
        handler.answer(200, Content_Length="1000000000")
        handler.drip(b"x")

    server.answers["/x"] = promise
    assert _codes(lambda: _web(whole=5).get(f"{server.url}/x", limit=1_000_000))[0] == "MIG412"


def test_gzip(server: Server) -> None:
    text = b"entries: {}\n" * 1000
    server.answers["/x"] = lambda handler: handler.answer(200, gzip.compress(text), Content_Encoding="gzip")
    assert _web().get(f"{server.url}/x", limit=len(text)).body == text
    assert server.sent("Accept-Encoding") == ["gzip"]


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(server: Server) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    server.answers["/x"] = lambda handler: handler.answer(200, bomb, Content_Encoding="gzip")
    assert len(bomb) < 100_000
    web = _web()
    tracemalloc.start()
    try:
        assert _codes(lambda: web.get(f"{server.url}/x", limit=100_000))[0] == "MIG412"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate"])
def test_an_encoding_that_was_not_asked_for(server: Server, encoding: str) -> None:
    body = gzip.compress(gzip.compress(b"x"))
    server.answers["/x"] = lambda handler: handler.answer(200, body, Content_Encoding=encoding)
    assert _codes(lambda: _web().get(f"{server.url}/x", limit=1000))[0] == "MIG421"


WHOLE = gzip.compress(b"x" * 100, mtime=0)


@pytest.mark.parametrize("body", [WHOLE[:-9], b"plain", WHOLE[:-4] + b"0000"], ids=["cut", "plain", "other length"])
def test_gzip_that_is_damaged(server: Server, body: bytes) -> None:
    server.answers["/x"] = lambda handler: handler.answer(200, body, Content_Encoding="gzip")
    code, summary = _codes(lambda: _web().get(f"{server.url}/x", limit=1000))
    assert (code, "damaged or cut short" in summary) == ("MIG421", True)


def test_an_archive_is_taken_as_it_is(server: Server) -> None:
    """Servers say of a .tgz that it is gzip, which it is: its digest is that of the packed bytes."""
    packed = gzip.compress(b"tar")
    server.answers["/x"] = lambda handler: handler.answer(200, packed, Content_Encoding="gzip")
    assert _web().get(f"{server.url}/x", limit=1000, unpack=False).body == packed
    assert server.sent("Accept-Encoding") == ["identity"]


# where to


def test_a_redirect_on_the_same_server_keeps_the_login(server: Server) -> None:
    server.answers["/a"] = redirect("/b")
    server.pages["/b"] = b"x"
    answer = _web().get(f"{server.url}/a", limit=10, access=_access(server))
    assert (answer.body, answer.url) == (b"x", f"{server.url}/b")
    assert server.sent("Authorization") == [BASIC, BASIC]


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_redirect_to_another_server_carries_no_login(server: Server, other: Server, *, everywhere: bool) -> None:
    server.answers["/a"] = redirect(f"{other.url}/b")
    other.answers["/b"] = redirect(f"{server.url}/c")
    server.pages["/c"] = b"x"
    access = _access(server, everywhere=everywhere)
    assert _web().get(f"{server.url}/a", limit=10, access=access).body == b"x"
    assert other.sent("Authorization") == [None]
    assert server.sent("Authorization") == [BASIC, None]


def test_a_login_is_for_its_own_server(server: Server, other: Server) -> None:
    other.pages["/x"] = b"x"
    assert _web().get(f"{other.url}/x", limit=10, access=_access(server)).body == b"x"
    assert _web().get(f"{other.url}/x", limit=10, access=_access(server, everywhere=True)).body == b"x"
    assert other.sent("Authorization") == [None, BASIC]


def test_user_and_password_of_a_url(server: Server) -> None:
    server.pages["/x"] = b"x"
    url = server.url.replace("http://", "http://m%65:hunter2@")
    assert _web().get(f"{url}/x", limit=10).body == b"x"
    assert server.sent("Authorization") == [BASIC]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[x", "gopher:x"])
def test_a_redirect_out_of_http_is_not_followed(server: Server, to: str) -> None:
    server.answers["/a"] = redirect(to)
    assert _codes(lambda: _web().get(f"{server.url}/a", limit=10))[0] == "MIG421"


def test_redirects_that_never_end(server: Server) -> None:
    server.answers["/a"] = redirect("/a")
    code, summary = _codes(lambda: _web().get(f"{server.url}/a", limit=10))
    assert (code, "more than 10 times" in summary, len(server.seen)) == ("MIG421", True, 11)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "http://", "https://[x", "http://host:x/", ""])
def test_a_url_that_is_not_http(url: str) -> None:
    assert _codes(lambda: _web().get(url, limit=10))[0] == "MIG422"


@pytest.mark.parametrize("url", ["http://exa mple/", "http://a\nb/", f"http://{'a' * 70}.example.org/"])
def test_a_host_that_cannot_be(url: str) -> None:
    assert _codes(lambda: _web().get(url, limit=10))[0] == "MIG421"


def test_a_proxy_that_cannot_be_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "carrier://me:hunter2@pigeon")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert _codes(lambda: _web().get(f"{server.url}/a", limit=10))[0] == "MIG421"


# what is kept and said


def test_no_login_reaches_the_cache(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = b"x"
    cache = Cache(tmp_path)
    url = server.url.replace("http://", "http://me:hunter2@")
    assert _web().get_cached(f"{url}/x", cache, limit=10) == b"x"
    assert _web().get_cached(f"{server.url}/x", cache, limit=10, offline=True) == b"x"
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert kept
    assert not [secret for secret in (b"hunter2", BASIC.split()[1].encode()) if secret in kept]


def test_what_has_not_changed_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = b"x"
    cache = Cache(tmp_path)
    assert [_web().get_cached(f"{server.url}/x", cache, limit=10) for _ in range(2)] == [b"x", b"x"]
    assert [tag is not None for tag in server.sent("If-None-Match")] == [False, True]


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_refusal_is_told_in_words(server: Server, status: int, tmp_path: Path) -> None:
    server.answers["/x?token=hunter2"] = lambda handler: handler.answer(status)
    url = server.url.replace("http://", "http://me:hunt@er:hunter2@")
    code, summary = _codes(lambda: _web().get_cached(f"{url}/x?token=hunter2", Cache(tmp_path), limit=10))
    assert (code, f"{server.url}/x answers {status} " in summary) == ("MIG421", True)


def test_what_a_message_shows_of_a_url() -> None:
    assert shown("https://me:p@ss@host/x?y=z") == "https://host/x"
    assert "hunter2" not in repr((LOGIN, Access(login=LOGIN), Login(bearer="hunter2"), Login(identity="hunter2")))


def test_no_network_no_http_library(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from migrator.charts import *; from migrator.engines import Cache\n"
        "library = ChartLibrary(ChartSources(mirrors=(pathlib.Path(sys.argv[1]),), offline=True), Cache(None))\n"
        "try: library.versions('web', 'https://charts.example.org')\n"
        "except Exception as error: print(error)\n"
        "print('httpx' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "MIG421" in said
    assert said.endswith("False\n")
