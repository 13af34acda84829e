"""`distill-live bench`: how fast this machine plays a model."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from distill_live.commands.options import DeviceOption, JsonOption, seconds_option
from distill_live.commands.output import print_json
from distill_live.errors import LiveError
from distill_live.inference.loading import load_model
from distill_live.models.file.library import DEMO
from distill_live.models.sound_settings import USUAL_SOUND

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel

_START_LIMIT_S = 120.0
_STOP_LIMIT_S = 20.0


def bench(
    model: Annotated[
        str,
        typer.Argument(
            metavar="[MODEL]", help="Model to measure: a path, a name, or the start of a name."
        ),
    ] = DEMO,
    seconds: Annotated[
        float, seconds_option("--seconds", 1.0, "How many seconds of sound to make.")
    ] = 20.0,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure sampling, decoding and vocoding on one thread, and the time to first sound.

    A real-time factor is computing time divided by the length of the sound: below 1 keeps up.
    Lower is better.
    """
    loaded = load_model(model, device)
    columns = round(seconds * loaded.spectrogram.config.sample_rate / loaded.column_samples)
    figures = _measure(loaded, columns)
    figures["time to first sound, s"] = _time_to_first_sound(model, device)
    if as_json:
        print_json({"model": loaded.metadata["name"], "device": str(loaded.device)} | figures)
        return
    table = Table(f"{loaded.metadata['name']} on {loaded.device}, one thread", "", box=None)
    table.columns[1].justify = "right"
    for label, figure in figures.items():
        table.add_row(label, f"{figure:,.3g}" if figure < 1000 else f"{figure:,.0f}")
    Console().print(table)


def _measure(loaded: LoadedVQModel, columns: int) -> dict[str, float]:
    """Seconds of each part of the way of the sound, as rates and real-time factors."""
    from distill_live.live.soundcheck import PARTS, measure

    timings = measure(loaded, columns, threads=1, sound=USUAL_SOUND)
    codes = columns * loaded.require_prior().config.column_codes
    sound = timings.sound_seconds
    return {
        "codes per second, with cache": codes / timings.total("sampling"),
        "codes per second, without": _uncached_rate(loaded),
        **{f"real-time factor, {part}": timings.total(part) / sound for part in PARTS},
        "real-time factor, together": timings.total() / sound,
        **_busiest(loaded, columns),
    }


def _busiest(loaded: LoadedVQModel, columns: int) -> dict[str, float]:
    """The real-time factor where grains and vocoder are both heard, for a model with grains."""
    from distill_live.live.soundcheck import measure

    if loaded.grains is None:
        return {}
    timings = measure(loaded, columns, threads=1)
    return {"real-time factor, grains and vocoder mixed": timings.total() / timings.sound_seconds}


def _uncached_rate(loaded: LoadedVQModel) -> float:
    """Codes per second when every code is drawn from a pass over all codes of a context."""
    import torch

    prior = loaded.require_prior()
    codes = torch.zeros(
        (1, prior.config.context_columns * prior.config.column_codes),
        dtype=torch.int64,
        device=loaded.device,
    )
    passes = 8
    began = time.perf_counter()
    with torch.inference_mode():
        for _ in range(passes):
            prior(codes)[:, -1].argmax().item()  # a GPU has finished when the number is here
    return passes / (time.perf_counter() - began)


def _time_to_first_sound(model: str, device: str) -> float:
    """Seconds from the start of `serve` until it says that it plays."""
    command = [sys.executable, "-m", "distill_live", "serve", model, "--device", str(device)]
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  # our own command line
        [*command, "--output", "clock", "--osc", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        # Its end ends the wait for its line.
        limit = threading.Timer(_START_LIMIT_S, server.terminate)
        limit.start()
        try:
            line = server.stdout.readline() if server.stdout else ""
            waited = time.perf_counter() - began
        finally:
            limit.cancel()
            _stop(server)
    if not line.startswith("playing"):
        raise LiveError(f"serve did not start playing: try `distill-live serve {model}` to see why")
    return waited


def _stop(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        server.kill()
