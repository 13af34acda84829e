"""The audio process: an output and the last mile, nothing else. No torch."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.connection import Connection

from distill_live.live.ipc.messages import Notice
from distill_live.live.ipc.worker_process import run_worker
from distill_live.live.playback.deck_mixer import DeckMixer
from distill_live.live.playback.last_mile import LastMile
from distill_live.live.playback.memory import AudioMemory
from distill_live.outputs.options import OutputOptions
from distill_live.outputs.player import Player
from distill_live.outputs.real_time import InRealTime
from distill_live.plugins import PluginValues, load_plugin
from distill_live.priority import SoundThreads


def run_audio(
    channel: Connection, options: OutputOptions, memory: AudioMemory, played: bool
) -> None:
    """The audio process: open the output, report that, and play until the channel closes.

    It sends what `Player` sends, and `Failed` when it may be tried again. `played`: the output has
    played before, in another process, so the process waits for its device.
    """
    run_worker(channel, lambda: _play(channel, options, memory, played))


def _play(channel: Connection, options: OutputOptions, memory: AudioMemory, played: bool) -> None:
    parameters, status = memory.parameters, memory.status

    def lose_real_time() -> None:
        status["real_time"] = 0.0
        channel.send(
            Notice("the sound lost its real-time priority: it used a whole core without a pause")
        )

    threads = SoundThreads(lose_real_time)
    plugin = load_plugin("outputs", options.output)
    options = replace(options, values=PluginValues(parameters, "outputs", plugin))
    mixer = DeckMixer(memory.rings, memory.control)

    def make_source(sample_rate: int) -> LastMile:
        return LastMile(mixer, parameters, status, memory.tap, sample_rate)

    def in_real_time(source: LastMile) -> InRealTime:
        return InRealTime(source, threads, status)

    player = Player(channel, lambda: plugin(options), make_source, played, in_real_time)
    player.play(options.output)
