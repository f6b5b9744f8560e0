"""One question over HTTP(S): redirects, retries and unpacking, each with a bound."""

from __future__ import annotations

import email.utils
import gzip
import io
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from migrator.charts.access import Tls, origin, shown
from migrator.diagnostics import MigrateError

if TYPE_CHECKING:
    import httpx

_MAX_REDIRECTS = 10
_BUSY = (429, 502, 503, 504)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long servers are waited for; seconds."""

    answer: float = 30.0
    """Without a byte; a server that is silent for so long is not asked again."""
    whole: float = 600.0
    """For one question with its redirects, retries and pauses."""
    retries: int = 2
    """How often a GET is repeated that found no connection, lost it, or met a busy server."""
    pause: float = 0.5
    """Before the first retry; doubles."""
    longest_pause: float = 20.0
    """A busy server that wants a longer one (Retry-After) is not asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a server is asked."""

    url: str
    """Without user and password."""
    headers: Mapping[str, str] = field(repr=False)
    """Authorization goes no further than the server of the URL."""
    limit: int
    """Bytes that an answer may have, before and after unpacking."""
    tls: Tls
    """For the server of the URL alone."""
    unpack: bool = True
    """An archive is taken as it is, whatever encoding a server claims for it."""
    form: bytes | None = field(default=None, repr=False)
    """Makes it a POST: sent once, and not to where the server redirects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    url: str
    """What was asked last, after redirects."""
    body: bytes = field(repr=False)
    """Empty where the status is an error."""


def ask(question: Question, patience: Patience, client: Callable[[Tls], httpx.Client]) -> Response:
    """The answer, errors of the server (4xx, 5xx) among them.

    httpx.HTTPError where none comes, TimeoutError where it takes longer than the whole patience, MIG412 for one that is
    too large.
    """
    deadline = time.monotonic() + patience.whole

    def once() -> Response:
        return _followed(question, client, deadline)

    retries = patience.retries if question.form is None else 0
    return _within(patience.whole, lambda: _retried(once, patience, retries))


def _within(seconds: float, function: Callable[[], _T]) -> _T:
    """What the function returns, or TimeoutError.

    In a thread of its own: httpx bounds each read, but a server may send its headers byte by byte, and nothing bounds
    the resolver.
    """
    result: Future[_T] = Future()

    def work() -> None:
        try:
            result.set_result(function())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            result.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return result.result(seconds)


def _retried(once: Callable[[], Response], patience: Patience, retries: int) -> Response:
    import httpx

    for attempt in range(retries):
        pause = patience.pause * 2**attempt
        try:
            answer = once()
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            pass
        else:
            if answer.status not in _BUSY:
                return answer
            pause = max(pause, _retry_after(answer.headers))
            if pause > patience.longest_pause:
                return answer
        time.sleep(pause)
    return once()


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; 0 where the server does not say, or not in the form of HTTP."""
    value = headers.get("retry-after", "")
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return (email.utils.parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _followed(question: Question, client: Callable[[Tls], httpx.Client], deadline: float) -> Response:
    """The answer at the end of the redirects; httpx takes Authorization away where they lead to another server."""
    import httpx

    method = "GET" if question.form is None else "POST"
    tls = question.tls
    request = httpx.Request(method, question.url, headers=question.headers, content=question.form)
    for _ in range(_MAX_REDIRECTS + 1):
        answer = client(tls).send(request, stream=True)
        try:
            following = answer.next_request if question.form is None else None
            if following is None:
                body = b"" if answer.is_error else _body(answer, question, deadline)
                return Response(
                    status=answer.status_code, headers=dict(answer.headers), url=str(request.url), body=body
                )
        finally:
            answer.close()
        if origin(str(following.url)) != origin(str(request.url)):
            tls = Tls()
        request = following
    raise httpx.TooManyRedirects(f"it redirects more than {_MAX_REDIRECTS} times")


def _body(answer: httpx.Response, question: Question, deadline: float) -> bytes:
    promised = answer.headers.get("content-length", "")
    if promised.isdecimal() and int(promised) > question.limit:
        raise _too_large(question)
    packed = bytearray()
    for part in answer.iter_raw():
        packed += part
        if len(packed) > question.limit:
            raise _too_large(question)
        if time.monotonic() > deadline:
            raise TimeoutError
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if not question.unpack or encoding in ("", "identity"):
        return bytes(packed)
    return _unpacked(bytes(packed), encoding, question)


def _unpacked(packed: bytes, encoding: str, question: Question) -> bytes:
    """The text of a gzip body. Never more than the limit is unpacked, so that a small one cannot fill the memory."""
    import httpx

    if encoding not in ("gzip", "x-gzip"):
        raise httpx.DecodingError("it answers in an encoding that was not asked for")
    try:
        body = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(question.limit + 1)
    except (OSError, EOFError, zlib.error):
        raise httpx.DecodingError("its gzip body is damaged or cut short") from None
    if len(body) > question.limit:
        raise _too_large(question)
    return body


def _too_large(question: Question) -> MigrateError:
    return MigrateError.of(
        "MIG412",
        f"{shown(question.url)} is larger than {question.limit // (1024 * 1024)} MiB",
        remedy="use --chart-mirror DIR",
    )
