"""Provisioning by a nox session: what is returned when the session leaves no record."""

from __future__ import annotations

import pathlib

import pytest

from harness.environments import sessions
from tests.unit import made


@pytest.mark.slow
def test_a_session_without_a_record(home: pathlib.Path, caplog: pytest.LogCaptureFixture) -> None:
    """Needs nox: what nox printed is in the record and in the log, and the hint is the command that shows it."""
    record = sessions.provision(made.environment("nowhere"))
    assert ("unavailable", "its nox session left no record") == (record.status, record.reason)
    assert 'to see its output: nox -s "env(nowhere)"' == record.hint
    assert "no environment 'nowhere'" in record.log
    assert record.log in caplog.text
