from __future__ import annotations

import json
from pathlib import Path

from distill_live.commands.serving.page.model import model_facts
from distill_live.live.ipc.messages import EngineReady
from distill_live.live.server.server import Server
from distill_live.models.file.loaded import LoadedVQModel


def test_before_an_engine_is_ready_the_header_tells_what_the_model_is(
    server: Server, tiny_model_path: Path
) -> None:
    facts = model_facts(server.deck)
    assert (facts["name"], facts["path"]) == (tiny_model_path.stem, str(tiny_model_path))
    assert facts["levels"] == list(server.deck.level_labels)
    assert facts["vocoder"] == "phase"
    assert "bands" not in facts


def test_then_the_grid_is_known_too_and_all_can_be_sent(
    server: Server, tiny_model: LoadedVQModel
) -> None:
    server.deck.note(EngineReady("tiny", tiny_model.blank_grid))
    facts = json.loads(json.dumps(model_facts(server.deck)))
    assert (facts["bands"], facts["codebookSize"]) == (8, 16)
    assert (facts["columnSeconds"], facts["sampleRate"]) == (4_096 / 48_000, 48_000)
