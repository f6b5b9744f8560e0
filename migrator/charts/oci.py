"""One repository of an OCI registry: its tags, and the chart behind a tag, with the user's login of that registry."""

from __future__ import annotations

import hashlib
import http
import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import replace

from migrator.charts.access import Access, Login, joined, origin, shown, without_login
from migrator.charts.credentials import DOCKER_HUB, registry_login
from migrator.charts.http_exchange import Response
from migrator.charts.web import MAX_INDEX_BYTES, Web, in_words, refused
from migrator.diagnostics import MigrateError
from migrator.model import Json

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_BEARER = re.compile(r"\bbearer\s", re.IGNORECASE)
_NEXT = re.compile(r"<([^>]+)>;\s*rel=\"?next")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TOKEN = re.compile(r"[!-~]+")
_MAX_TAG_PAGES = 50
_MAX_DOCUMENT = 4 * 1024 * 1024
"""Bytes; what the specification wants registries to take as a manifest."""
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CHART = ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip")
_CLIENT = "migrate-gitops"


class Registry:
    """`oci://host/path/name`, asked without a login until the registry wants one."""

    def __init__(self, web: Web, reference: str) -> None:
        plain, login = without_login(reference)
        parts = urllib.parse.urlsplit(plain)
        self._host = DOCKER_HUB if parts.netloc in ("docker.io", "index.docker.io") else parts.netloc
        scheme = "http" if parts.hostname in ("localhost", "127.0.0.1", "::1") else "https"
        self._web = web
        self._reference = plain
        self._given = login
        self._url = f"{scheme}://{self._host}/v2{parts.path.rstrip('/')}"
        self._access = Access(origin=origin(self._url))

    def tags(self) -> tuple[str, ...]:
        """All tags as the registry lists them, none where it does not know the name. MIG421 if it cannot be asked."""
        tags: list[str] = []
        url = f"{self._url}/tags/list"
        for _ in range(_MAX_TAG_PAGES):
            answer = self._get(url, limit=MAX_INDEX_BYTES)
            if answer.status == http.HTTPStatus.NOT_FOUND:
                return ()
            if answer.status != http.HTTPStatus.OK:
                raise refused(url, answer.status)
            listed = _json(answer.body, url).get("tags")
            tags += map(str, listed if isinstance(listed, list) else ())
            following = _NEXT.match(answer.headers.get("link", ""))
            if not following:
                break
            url = joined(url, following[1])
        return tuple(tags)

    def pull(self, tag: str, *, limit: int) -> bytes:
        """The archive of the chart behind a tag.

        MIG421 where the registry does not give it, MIG422 where the tag is not a chart, MIG423 where the bytes are not
        those that the registry named, MIG412 for more than `limit` of them.
        """
        manifest = self._got(f"{self._url}/manifests/{tag}", tag, limit=_MAX_DOCUMENT, accept=_MANIFEST, unpack=True)
        layers = _json(manifest, self._url).get("layers")
        listed = [each for each in (layers if isinstance(layers, list) else ()) if isinstance(each, dict)]
        digest = next((str(each.get("digest")) for each in listed if each.get("mediaType") in _CHART), "")
        if not _DIGEST.fullmatch(digest):
            raise MigrateError.of("MIG422", f"{self._reference}:{tag} is not a chart", remedy="is it an image?")
        data = self._got(f"{self._url}/blobs/{digest}", tag, limit=limit)
        found = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if found != digest:
            raise MigrateError.of(
                "MIG423",
                f"{self._reference}:{tag} is not what its registry promises: {found} instead of {digest}",
                remedy="ask the publisher, or use --chart-mirror DIR with an archive that you trust",
            )
        return data

    def _got(self, url: str, tag: str, *, limit: int, accept: str = "*/*", unpack: bool = False) -> bytes:
        answer = self._get(url, limit=limit, accept=accept, unpack=unpack)
        if answer.status != http.HTTPStatus.OK:
            raise MigrateError.of(
                "MIG421",
                f"{self._reference} {tag}: the registry answers {in_words(answer.status)}",
                remedy="log in to the registry, or use --chart-mirror DIR",
            )
        return answer.body

    def _get(self, url: str, *, limit: int, accept: str = "*/*", unpack: bool = True) -> Response:
        headers = {"Accept": accept}
        answer = self._web.get(url, limit=limit, headers=headers, access=self._access, unpack=unpack)
        # a login is for the registry that asks, not for one that it redirects to
        if answer.status != http.HTTPStatus.UNAUTHORIZED or origin(answer.url) != self._access.origin:
            return answer
        login = self._login(answer.headers.get("www-authenticate", ""))
        if login is None:
            return answer
        self._access = replace(self._access, login=login)
        return self._web.get(url, limit=limit, headers=headers, access=self._access, unpack=unpack)

    def _login(self, challenge: str) -> Login | None:
        """What the registry's challenge is answered with, None where the user has nothing for it."""
        login = self._given or registry_login(self._host)
        bearer = _BEARER.search(challenge)
        if login and (login.bearer or (not bearer and login.password)):
            return login
        told = dict(reversed(_CHALLENGE.findall(challenge, bearer.end()))) if bearer else {}
        realm = told.get("realm", "")
        is_in_clear = realm.startswith("http:") and self._url.startswith("https:")
        if not origin(realm) or (login and is_in_clear):
            return None
        asked = {name: told[name] for name in ("service", "scope") if name in told}
        answer = self._asked_for_token(realm, asked, login)
        if answer.status != http.HTTPStatus.OK:
            return None
        content = _json(answer.body, realm)
        token = str(content.get("token") or content.get("access_token") or "")
        return Login(bearer=token) if _TOKEN.fullmatch(token) else None

    def _asked_for_token(self, realm: str, asked: Mapping[str, str], login: Login | None) -> Response:
        if login and login.identity:
            grant = {"grant_type": "refresh_token", "client_id": _CLIENT, "refresh_token": login.identity}
            return self._web.post(realm, {**grant, **asked}, limit=_MAX_DOCUMENT)
        joint = "&" if "?" in realm else "?"
        access = Access(origin=origin(realm), login=login)
        return self._web.get(f"{realm}{joint}{urllib.parse.urlencode(asked)}", limit=_MAX_DOCUMENT, access=access)


def _json(body: bytes, url: str) -> dict[str, Json]:
    try:
        value = json.loads(body)
    except ValueError:
        raise MigrateError.of("MIG422", f"{shown(url)} does not answer JSON", remedy="is it an OCI registry?") from None
    return value if isinstance(value, dict) else {}
