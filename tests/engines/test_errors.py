from __future__ import annotations

import pickle

from migrator.diagnostics import UnprovedError
from migrator.engines import Cause, EngineError, Failure


def test_an_error_crosses_processes_as_it_is() -> None:
    error = UnprovedError.of("MIG701", "differs", remedy="look")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is UnprovedError
    assert again.diagnostic == error.diagnostic

    cause = Cause(failure=Failure.SCHEMA, message="no")
    engine = EngineError(error.diagnostic, cause=cause)
    assert pickle.loads(pickle.dumps(engine)).cause == cause  # noqa: S301
