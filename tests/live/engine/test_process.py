"""What the engine's process makes of a request whose codes are gone, and what it logs of itself."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from distill_live.live.engine.engine import Engine
from distill_live.live.engine.process import EngineJob, _carry_out, describe_engine
from distill_live.live.ipc.messages import Message, Notice, OverlayRefused, Request
from distill_live.live.ipc.shared_codes import SharedCodes
from distill_live.models.file.loaded import LoadedVQModel

GONE = "its codes are no longer there: ask again"


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("region", (7, "at", 0, 2, "swap rain : 0:2"), OverlayRefused(7, GONE)),
        ("partner", ("edit", "rain"), Notice(f"partner: {GONE}")),
    ],
)
def test_codes_that_are_gone_are_reported_and_a_region_is_refused(
    tmp_path: Path, name: str, arguments: tuple[object, ...], expected: Message
) -> None:
    ours, theirs = Pipe()
    codes = SharedCodes(tmp_path / "gone.codes", (3, 8, 3))
    _carry_out(Request(name, (*arguments, codes)), cast(Engine, None), theirs)
    assert ours.recv() == expected


def test_the_log_says_what_clarity_the_model_had(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel
) -> None:
    job = cast(EngineJob, SimpleNamespace(model=Path("tiny.distill")))
    told = [describe_engine(job, loaded)["clarity"] for loaded in (tiny_model, tiny_clear)]
    assert told == [[], list(tiny_clear.clarity.gains)]
