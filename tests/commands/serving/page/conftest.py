from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.live.server.server import Server
from distill_live.live.server.settings import ServerSettings
from distill_live.outputs.process import run_audio
from distill_live.parameters import ParameterStore


@pytest.fixture
def server(tiny_model_path: Path) -> Server:
    """A server of the tiny model that was not started: tests write what its workers would."""
    settings = ServerSettings(tiny_model_path, run_audio, None)
    return Server(settings, ParameterStore(), lambda line: None)
