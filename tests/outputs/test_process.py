"""The audio process, run as such, with the file output."""

import multiprocessing
from pathlib import Path

import numpy as np

from distill_live.live.ipc.messages import OutputFinished, OutputOpened
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.status import LiveStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.playback.memory import AudioMemory
from distill_live.outputs.options import OutputOptions
from distill_live.outputs.process import run_audio
from distill_live.parameters import ParameterStore
from tests.sound_files import read_audio

#: A tone of 12 kHz, which the DC block leaves alone.
TONE = np.tile([1.0, 0.0, -1.0, 0.0], 30_000).astype(np.float32)


def ring_with(samples: np.ndarray) -> AudioRing:
    ring = AudioRing(2)
    ring.write(ring.begin_future(0), samples)
    ring.switch(1, 0, 0)
    return ring


def test_it_plays_one_deck_and_then_the_other_and_says_when_it_has_finished(
    tmp_path: Path,
) -> None:
    decks, status = DeckControl(), LiveStatus()
    options = OutputOptions(output="file", path=tmp_path / "take.wav", duration=2.0)
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    # The first deck has too little sound for the whole file, so that it waits for the second.
    rings = (ring_with(0.25 * TONE[:48_000]), ring_with(0.5 * TONE))
    memory = AudioMemory(rings, decks, ParameterStore(), status, TapRing())
    process = spawn.Process(
        target=run_audio,
        args=(theirs, options, memory, False),
    )
    process.start()
    theirs.close()
    assert ours.recv() == OutputOpened(f"file {tmp_path / 'take.wav'}", is_audible=False)
    while rings[0].read_position < 24_000:
        assert process.is_alive()
    decks.fade_to(1, 4_800)
    assert ours.recv() == OutputFinished()
    process.join()
    samples = read_audio(tmp_path / "take.wav")[0][:, 0]
    assert len(samples) == 96_000 and status["underruns"] == 0
    assert abs(np.abs(samples[10_000:20_000]).max() - 0.25) < 0.01
    assert abs(np.abs(samples[-10_000:]).max() - 0.5) < 0.01
    assert (decks.playing, decks.done) == (1, 1)
