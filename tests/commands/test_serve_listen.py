"""A real server that listens to the microphone of a software sound card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.commands.server_process import ServerProcess
from tests.conftest import RunCli
from tests.sound_card import SoundCard
from tests.tools import read_line, wait_until


def say(server: ServerProcess, name: str, *arguments: object) -> str:
    """What comes of a request: its error, or what was done."""
    server.osc.told.clear()
    server.osc.send(f"/distill/{name}", *arguments)
    found: list[str] = []

    def look() -> bool:
        found[:] = [
            str(values[1])
            for _, values in server.osc.told
            if values[0] in (name, f"/distill/{name}")
        ]
        try:
            server.osc.told.append(server.osc.hear())
        except TimeoutError:
            return bool(found)
        return bool(found)

    wait_until(look, f"what came of {name}")
    return found[0]


def test_what_was_played_in_can_be_continued_and_the_music_outlives_its_input(
    calm_model_path: Path, tmp_path: Path
) -> None:
    sound = 0.3 * np.random.default_rng(0).standard_normal(48_000).astype(np.float32)
    with (
        SoundCard() as microphone,
        SoundCard(microphone) as card,
        ServerProcess(
            str(calm_model_path), "--input", "microphone", "--web", "off",
            "--clip-library", str(tmp_path),
            environment=card.environment,
        ) as server,
    ):  # fmt: skip
        assert "not listening" in say(server, "listen/prime")
        assert say(server, "listen", 1) == "listening to the input"

        def answer() -> str:
            return say(server, "listen/prime")

        wait_until(lambda: "nothing louder than -50 dB" in answer(), "silence")
        microphone.play(sound)
        wait_until(lambda: "continuing from" in answer(), "the phrase")
        assert "continuing from the last 1.0 s" in say(server, "listen/prime", 1.0)
        assert say(server, "listen/clip", "mine").startswith("clip mine: ")
        assert say(server, "blend/clip", "mine") == "blend: clip mine"
        assert say(server, "blend/clip", "input").startswith("blend: the live input")
        assert "make a clip of it" in say(server, "manner/clip", "input")
        microphone.unplug()
        assert server.process.stderr is not None
        lines = []
        while "is tried again every second" not in "".join(lines):
            lines.append(read_line(server.process.stderr))
        microphone.plug_in()
        while "the input is back: microphone" not in lines[-1]:
            lines.append(read_line(server.process.stderr))
        microphone.play(sound[:9_600])
        wait_until(lambda: "continuing from the last 0." in answer(), "the phrase again")
        assert say(server, "listen", 0) == "no longer listening to the input"
        assert server.process.poll() is None
        assert server.end() == 0
    assert "restarting" not in server.errors + "".join(lines)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--input-channel", 2], "--input-channel needs --input NAME"),
        (
            ["--input", "mic", "--output", "file:take.wav", "--duration", 1],
            "--input needs an output that plays in real time",
        ),
    ],
)
def test_options_for_the_input_that_make_no_sense_are_refused(
    run_cli: RunCli, arguments: list[object], reason: str, calm_model_path: Path
) -> None:
    ended = run_cli("serve", calm_model_path, *arguments)
    assert ended.code == 1
    assert reason in ended.err
