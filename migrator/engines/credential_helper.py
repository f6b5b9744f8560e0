"""Ask the program that keeps a user's registry logins, as Docker and Helm do (`docker-credential-NAME`)."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field

from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.run import run

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOTHING = "credentials not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperAnswer:
    """What a helper knows about a registry."""

    username: str = field(repr=False)
    secret: str = field(repr=False)


def ask_credential_helper(name: str, server: str, *, timeout: float = 30.0) -> HelperAnswer | None:
    """What the user's helper `docker-credential-NAME` holds for a registry, None if nothing.

    Its environment is the user's whole one, because it reads what its cloud's tools read (AWS_PROFILE,
    CLOUDSDK_CONFIG). EngineError MIG424 where it is missing or fails, without a word of what it printed.
    """
    program = f"docker-credential-{name}"
    path = shutil.which(program) if _NAME.fullmatch(name) else None
    if path is None:
        raise _failed(f"{program} is not on PATH")
    completed = run([path, "get"], env=dict(os.environ), stdin=server.encode(), timeout=timeout)
    if completed.returncode:
        if _NOTHING in completed.stdout.decode("utf-8", "replace") + completed.stderr:
            return None
        raise _failed(f"{program} fails for {server} (exit code {completed.returncode})")
    try:
        answer = json.loads(completed.stdout)
        return HelperAnswer(username=str(answer["Username"]), secret=str(answer["Secret"]))
    except (ValueError, KeyError, TypeError):
        raise _failed(f"{program} answers for {server} in a form that is not Docker's") from None


def _failed(message: str) -> EngineError:
    cause = Cause(failure=Failure.OTHER, message=message)
    return EngineError.because(
        "MIG424", cause, remedy="mend the helper that Docker's or Helm's config.json names, or log in without one"
    )
