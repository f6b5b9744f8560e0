"""Who may see what: logins and certificates, and the servers that they are for."""

from __future__ import annotations

import base64
import re
import urllib.parse
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a user shows who they are; its representation tells nothing."""

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    """A token that is only good for asking for another one (Docker's `identitytoken`)."""
    bearer: str = field(default="", repr=False)
    """A token that is sent as it is."""

    def header(self) -> dict[str, str]:
        """The Authorization header of a request."""
        if self.bearer:
            return {"Authorization": f"Bearer {self.bearer}"}
        pair = f"{self.username}:{self.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Which certificates count and which is shown; paths, empty where there is none."""

    ca_file: str = ""
    """The only authorities that count; without it those of the system."""
    cert_file: str = ""
    key_file: str = ""
    insecure: bool = False
    """Any certificate counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is shown to one server, and to no other."""

    origin: str = ""
    """Scheme, host and port of that server."""
    login: Login | None = None
    tls: Tls = Tls()
    everywhere: bool = False
    """The user wants it shown wherever the server's index points (Helm's `pass_credentials_all`)."""

    def admits(self, url: str) -> bool:
        """Whether a request to the URL may carry it."""
        return self.everywhere or (self.origin != "" and origin(url) == self.origin)


ANYONE = Access()
"""Nothing is shown to anybody."""


def origin(url: str) -> str:
    """`https://host:port`, with the port spelled out; empty where the URL has no such thing."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""


def without_login(url: str) -> tuple[str, Login | None]:
    """The URL without user and password, and these."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return url, None
    userinfo, _, place = parts.netloc.rpartition("@")
    if not userinfo:
        return url, None
    username, _, password = (urllib.parse.unquote(each) for each in userinfo.partition(":"))
    return parts._replace(netloc=place).geturl(), Login(username=username, password=password)


def joined(base: str, url: str) -> str:
    """The URL as seen from `base`; empty where it is not a URL."""
    try:
        return urllib.parse.urljoin(base, url)
    except ValueError:
        return ""


def shown(url: str) -> str:
    """The URL without user, password and query, fit for a message."""
    return re.sub(r"//[^/\s]*@", "//", url).partition("?")[0]
