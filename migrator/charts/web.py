"""HTTP(S) with the errors of this program, and conditional where the cache knows the answer."""

from __future__ import annotations

import http
import json
import urllib.parse
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

from migrator.charts.access import ANYONE, Access, Login, Tls, origin, shown, without_login
from migrator.charts.http_exchange import Patience, Question, Response, ask
from migrator.diagnostics import MigrateError
from migrator.engines import Cache

if TYPE_CHECKING:
    import ssl

    import httpx

MAX_INDEX_BYTES = 256 * 1024 * 1024
_HEADERS = {"User-Agent": "migrate-gitops", "Accept": "*/*"}
_LONGEST_REASON = 200


class Web:
    """The connections of one run. A server that cannot be reached is asked once, not once for each chart."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._unreachable: dict[str, MigrateError] = {}
        self._clients: dict[Tls, httpx.Client] = {}
        weakref.finalize(self, _close, self._clients)

    def get(
        self,
        url: str,
        *,
        limit: int,
        headers: Mapping[str, str] | None = None,
        access: Access = ANYONE,
        unpack: bool = True,
    ) -> Response:
        """The answer to a GET, errors of the server (4xx, 5xx) and 304 among them.

        User and password in the URL are for its server, as `access` is for its own. `unpack` asks for gzip; an archive
        is taken as it is. MIG421 where no answer comes, MIG412 for one of more than `limit` bytes, MIG422 for a URL
        that is not HTTP, MIG424 for a certificate file that cannot be used.
        """
        plain, login = _checked(url)
        own = access.admits(plain)
        login = access.login or login if own else login
        sent = {**_HEADERS, "Accept-Encoding": "gzip" if unpack else "identity", **(headers or {})}
        return self._asked(
            Question(
                url=plain,
                headers={**sent, **(login.header() if login else {})},
                limit=limit,
                tls=access.tls if own else Tls(),
                unpack=unpack,
            )
        )

    def post(self, url: str, form: Mapping[str, str], *, limit: int) -> Response:
        """The answer to a form, which is sent once and to no other server. Errors as for `get`."""
        plain, _ = _checked(url)
        sent = {**_HEADERS, "Accept-Encoding": "identity", "Content-Type": "application/x-www-form-urlencoded"}
        content = urllib.parse.urlencode(form).encode()
        return self._asked(Question(url=plain, headers=sent, limit=limit, tls=Tls(), form=content))

    def get_cached(
        self, url: str, cache: Cache, *, limit: int, access: Access = ANYONE, offline: bool = False
    ) -> bytes:
        """The body of a URL, from the cache if the server says that it has not changed, or if there must be no network.

        MIG421 where it can be had neither way; else errors as for `get`.
        """
        key = f"http\n{without_login(url)[0]}"
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
        headers = {conditions[name]: value for name, value in known.items()}
        answer = self.get(url, limit=limit, headers=headers, access=access)
        if answer.status == http.HTTPStatus.NOT_MODIFIED and stored:
            return body
        if answer.status != http.HTTPStatus.OK:
            raise refused(url, answer.status)
        told = {name: answer.headers[name] for name in conditions if name in answer.headers}
        cache.put(key, json.dumps(told).encode() + b"\n" + answer.body)
        return answer.body

    def _asked(self, question: Question) -> Response:
        server = origin(question.url)
        if server in self._unreachable:
            raise MigrateError(self._unreachable[server].diagnostic)
        import httpx

        try:
            return ask(question, self._patience, self._client)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            failure = MigrateError.of(
                "MIG421",
                f"{shown(question.url)} cannot be reached: {self._reason(error)}",
                remedy="check the network, or use --chart-mirror DIR with the chart's archive",
            )
            if isinstance(error, httpx.NetworkError | httpx.TimeoutException | TimeoutError):
                self._unreachable[server] = failure
            raise failure from None

    def _client(self, tls: Tls) -> httpx.Client:
        if tls not in self._clients:
            import httpx

            # the system's certificates, as for curl and helm; httpx's own choice would not know a company's
            self._clients[tls] = httpx.Client(verify=_context(tls), timeout=self._patience.answer)
        return self._clients[tls]

    def _reason(self, error: Exception) -> str:
        import httpx

        if isinstance(error, httpx.TimeoutException):
            return f"no answer within {self._patience.answer:g} seconds"
        if isinstance(error, TimeoutError):
            return f"no end within {self._patience.whole:g} seconds"
        if isinstance(error, httpx.LocalProtocolError):
            return "the request is not HTTP"  # its own words quote the headers
        return str(error)[:_LONGEST_REASON] or type(error).__name__


def refused(url: str, status: int) -> MigrateError:
    """The error for an answer that is not the one that was asked for: MIG421 with the status in words."""
    return MigrateError.of(
        "MIG421",
        f"{shown(url)} answers {in_words(status)}",
        remedy="check the repository's URL and access, or use --chart-mirror DIR",
    )


def in_words(status: int) -> str:
    """`404 Not Found`."""
    phrases = {each.value: each.phrase for each in http.HTTPStatus}
    return f"{status} {phrases.get(status, '')}".rstrip()


def _checked(url: str) -> tuple[str, Login | None]:
    """The URL without user and password, and these."""
    if not origin(url):
        raise MigrateError.of(
            "MIG422", f"{shown(url)} is not an http(s) URL", remedy="correct the chart repository's URL"
        )
    return without_login(url)


def _context(tls: Tls) -> ssl.SSLContext:
    import ssl

    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
        if tls.cert_file and tls.key_file:
            # with a password, though an empty one: without it a key that has one would ask the terminal
            context.load_cert_chain(tls.cert_file, tls.key_file, password="")
    except OSError as error:
        named = ", ".join(file for file in (tls.ca_file, tls.cert_file, tls.key_file) if file)
        raise MigrateError.of(
            "MIG424",
            f"certificates cannot be used ({named}): {error.strerror or error}",
            remedy="correct the files that Helm's repositories.yaml names",
        ) from None
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _close(clients: Mapping[Tls, httpx.Client]) -> None:
    for client in clients.values():
        client.close()
