"""How `serve --auto` finds its settings: by a soundcheck, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from distill_live.errors import LiveError
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.outputs.options import OutputOptions

_SECONDS = 5


def measured_settings(
    model: Path, device: str, options: OutputOptions, say: Callable[[str], None]
) -> tuple[EngineSettings, OutputOptions]:
    """The settings that this machine's soundcheck proposes for a model.

    A block that was chosen by hand is kept. `say` gets a line with the result. Raises LiveError
    when the soundcheck fails.
    """
    check = subprocess.run(  # noqa: S603 - our own command line
        [
            sys.executable, "-m", "distill_live", "soundcheck", str(model), "--json",
            "--seconds", str(_SECONDS), "--device", str(device),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if check.returncode:
        raise LiveError(f"soundcheck failed: {check.stderr.strip() or check.returncode}")
    proposal = json.loads(check.stdout)["proposal"]
    say(proposal["verdict"])
    settings = replace(
        EngineSettings(adaptive=True),
        threads=proposal["threads"],
        lookahead=proposal["lookahead"],
        ring_lead=proposal["ring_ms"] * SAMPLE_RATE // 1000,
    )
    return settings, replace(options, block=options.block or proposal["block"])
