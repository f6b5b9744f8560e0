"""Fetch over HTTP(S) and nothing else: bounded in size and time, conditional where the cache knows the answer."""

from __future__ import annotations

import base64
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message

from migrator.diagnostics import MigrateError
from migrator.engines import Cache

TIMEOUT = 30.0
"""Seconds without an answer after which a server counts as unreachable."""
MAX_INDEX_BYTES = 256 * 1024 * 1024
_AGENT = "migrate-gitops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = field(repr=False)


def get(url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a GET, errors of the server (4xx, 5xx) and 304 among them.

    User and password in the URL become an Authorization header. MIG421 where no answer comes, MIG412 for one larger
    than `limit` bytes, MIG422 for a URL that is not HTTP.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MigrateError.of(
            "MIG422", f"{shown(url)} is not an http(s) URL", remedy="correct the chart repository's URL"
        )
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(plain, headers={"User-Agent": _AGENT})  # noqa: S310 - checked above
    # unredirected: whoever the server sends us to gets no credentials
    for name, value in (headers or {}).items():
        request.add_unredirected_header(name, value)
    if parts.username:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    try:
        with _opener().open(request, timeout=TIMEOUT) as answer:
            return Response(status=answer.status, headers=_lower(answer.headers), body=_bounded(answer, limit, url))
    except urllib.error.HTTPError as error:
        with error:
            return Response(status=error.code, headers=_lower(error.headers), body=b"")
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise MigrateError.of(
            "MIG421",
            f"{shown(url)} cannot be reached: {reason}",
            remedy="check the network, or use --chart-mirror DIR with the chart's archive",
        ) from None


def get_cached(url: str, cache: Cache, *, limit: int, offline: bool) -> bytes:
    """The body of a URL, from the cache if the server says that it has not changed, or if there must be no network.

    MIG421 where it can be had neither way.
    """
    key = f"http\n{url}"
    stored = cache.get(key)
    head, _, body = (stored or b"").partition(b"\n")
    known: dict[str, str] = json.loads(head) if stored else {}
    if offline:
        if stored:
            return body
        raise MigrateError.of(
            "MIG421",
            f"{shown(url)} is not in the cache and must not be asked (offline)",
            remedy="run once without --offline, or use --chart-mirror DIR",
        )
    conditions = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    answer = get(url, limit=limit, headers={conditions[name]: value for name, value in known.items()})
    if answer.status == http.HTTPStatus.NOT_MODIFIED and stored:
        return body
    if answer.status != http.HTTPStatus.OK:
        raise refused(url, answer.status)
    told = {name: answer.headers[name] for name in conditions if name in answer.headers}
    cache.put(key, json.dumps(told).encode() + b"\n" + answer.body)
    return answer.body


def refused(url: str, status: int) -> MigrateError:
    """The error for an answer that is none: MIG421 with the status in words."""
    phrase = http.client.responses.get(status, "")
    return MigrateError.of(
        "MIG421",
        f"{shown(url)} answers {status} {phrase}".rstrip(),
        remedy="check the repository's URL and access, or use --chart-mirror DIR",
    )


def shown(url: str) -> str:
    """The URL without user, password and query, fit for a message."""
    return re.sub(r"//[^/@\s]*@", "//", url).partition("?")[0]


def _opener() -> urllib.request.OpenerDirector:
    """Like urllib's own, without its handlers for file:, ftp: and data: URLs."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _bounded(answer: http.client.HTTPResponse, limit: int, url: str) -> bytes:
    body = answer.read(limit + 1)
    if len(body) > limit:
        raise MigrateError.of(
            "MIG412", f"{shown(url)} is larger than {limit // (1024 * 1024)} MiB", remedy="use --chart-mirror DIR"
        )
    return body


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
