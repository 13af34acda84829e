"""`distill-live serve`: the only place where controls, engine and audio are connected."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.options import (
    DeviceOption,
    UploadLimitOption,
    WorkOption,
    seconds_option,
)
from distill_live.commands.serving.auto import measured_settings
from distill_live.commands.serving.status_line import StatusLine
from distill_live.commands.serving.stop_signal import StopSignal
from distill_live.commands.serving.torch_processes import torch_processes
from distill_live.errors import LiveError, PluginError
from distill_live.live.ipc.process_source import FRESH
from distill_live.models.file.library import DEMO, find_playable, search_path
from distill_live.outputs.options import FILE_NEEDS, InputOptions, OutputOptions, check_output
from distill_live.plugins import declared_parameters, find_plugins, load_plugin, load_plugins
from distill_live.spelling import nearest_name

if TYPE_CHECKING:
    from distill_live.commands.serving.controls import Controls
    from distill_live.live.server.server import Server

_POLL_SECONDS = 0.02


def serve(
    model: Annotated[
        str, typer.Argument(help="Model: a path, a name, or the start of a name.")
    ] = DEMO,
    device: DeviceOption = "auto",
    output: Annotated[
        str,
        typer.Option(
            help="Output: sounddevice, clock (no sound), file:PATH (needs --duration), or the name "
            "of a plugin."
        ),
    ] = "sounddevice",
    audio_device: Annotated[
        str | None, typer.Option(help="Audio device to play on; part of its name is enough.")
    ] = None,
    audio_rate: Annotated[
        int | None,
        typer.Option(help="Sample rate of the audio device in Hz.", min=8_000, max=384_000),
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(help="Block size of the audio device in samples.", min=16, max=16_384),
    ] = None,
    latency: Annotated[
        float, typer.Option(help="Latency of the audio device in ms.", min=1, max=2_000)
    ] = 100.0,
    channels: Annotated[
        str | None,
        typer.Option(help="Channels of the audio device to play on, left then right, such as 3,4."),
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="NAME",
            help="Audio input to listen to, by its number or part of its name; `distill-live "
            "devices` lists them.",
        ),
    ] = None,
    input_channel: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Channel of the audio input to listen to (default: the first two, mixed).",
            show_default=False,
        ),
    ] = None,
    auto: Annotated[
        bool,
        typer.Option(
            "--auto",
            help="Measure this machine before playing, and adapt the buffer while playing.",
        ),
    ] = False,
    width: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Initial stereo width.",
        ),
    ] = 0.0,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Initial value of a parameter, such as temperature=0.8; `distill-live params` "
            "lists all. Can be repeated.",
        ),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Record the output to this sound file.")
    ] = None,
    recordings: Annotated[
        Path, typer.Option(help="Folder for recordings made with /distill/record.")
    ] = Path("recordings"),
    log: Annotated[
        Path | None,
        typer.Option(help="Write a session log to this file; `render` can replay it."),
    ] = None,
    duration: Annotated[
        float | None,
        seconds_option("--duration", 0.1, "Stop this many seconds after the first sound."),
    ] = None,
    osc: Annotated[
        str, typer.Option(help="HOST:PORT on which to listen for OSC.")
    ] = "127.0.0.1:9000",
    osc_allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CIDR",
            help="Network allowed to send OSC and to use the web server, in addition to this "
            "machine, such as 192.168.1.0/24; needs --osc or --web HOST:PORT. Can be "
            "repeated.",
        ),
    ] = None,
    clips: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder whose files /distill/prime, /distill/clip/load and /distill/model may "
            "open, in addition to the folders of models and recordings. Can be repeated (default: "
            "clips).",
            show_default=False,
        ),
    ] = None,
    clip_library: Annotated[
        Path, typer.Option(help="Folder where clips are kept for the next session.")
    ] = Path("clip-library"),
    midi: Annotated[
        list[str] | None,
        typer.Option(help="MIDI input, by part of its name. Can be repeated (default: all)."),
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Join the Ableton Link session on the network.")
    ] = False,
    patch: Annotated[
        str, typer.Option(help="Patch to play with: a path, or a name in ./patches.")
    ] = "default",
    web: Annotated[
        str | None,
        typer.Option(
            help="HOST:PORT of the web server, or off (default: 127.0.0.1:9000, or any free port)."
        ),
    ] = None,
    work: WorkOption = Path("work"),
    upload_limit: UploadLimitOption = 500,
) -> None:
    """Play a model continuously, controlled over OSC and MIDI. Ctrl-C fades out and stops."""
    path = find_playable(model)
    options = OutputOptions(
        audio_device=audio_device,
        audio_rate=audio_rate,
        block=block,
        latency_ms=latency,
        channels=_parse_channels(channels) if channels else None,
    )
    options = _choose_output(options, output, duration)
    waits = options.output == "file"
    listens = _choose_input(input_, input_channel, waits)
    record, log = record and _new_file(record), log and _new_file(log)
    line = StatusLine()
    line.log(f"loading {path.stem}")
    # Torch is imported beside everything else, but not beside a measurement.
    processes = FRESH if auto else torch_processes()

    from distill_live.codes.edit import load_edits
    from distill_live.codes.edit_parameters import parameter_table
    from distill_live.commands.serving.control_options import ControlOptions
    from distill_live.commands.serving.controls import Controls
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.namespace.streams import SAID
    from distill_live.inputs.plugin import load_inputs
    from distill_live.live.engine.settings import EngineSettings
    from distill_live.live.server.server import Server
    from distill_live.live.server.settings import ServerSettings
    from distill_live.outputs.input_process import run_input
    from distill_live.outputs.process import run_audio
    from distill_live.parameters import ParameterStore

    engine = EngineSettings()
    if auto:
        engine, options = measured_settings(path, device, options, line.say)
        processes = torch_processes()
    settings = ServerSettings(
        model=path,
        run_audio=run_audio,
        output_options=options,
        fallback_options=_fallbacks(options),
        device=device,
        finite=waits,
        run_input=run_input if listens else None,
        input_options=listens,
        record=record,
        recordings=recordings,
        clip_library=clip_library,
        log=log,
        duration=None if waits else duration,
        engine=replace(engine, patient=waits),
        processes=processes,
    )
    # Only one output plays, but every broken one is logged.
    load_plugins("outputs", check_output, line.log)
    inputs = load_inputs(line.log).values()
    parameters = ParameterStore(
        parameter_table(load_edits(line.log))
        | declared_parameters("inputs", inputs)
        | declared_parameters("outputs", [load_plugin("outputs", options.output)])
    )
    parameters.set("width", width)
    feedback = Feedback(parameters, lambda: server.deck.level_labels)

    def say(text: str) -> None:
        line.log(text)
        feedback.announce(SAID, text)

    server = Server(settings, parameters, say)
    own = (recordings, work / "generated", work / "sets")
    folders = (path.parent, *search_path(), *(clips or [Path("clips")]), *own)
    wanted = ControlOptions(
        patch, osc, osc_allow or (), midi or (), link, web, folders, recordings, values or (),
        work, upload_limit,
    )  # fmt: skip
    _play(server, Controls(server, parameters, feedback, wanted, inputs, say), line)


def _choose_output(options: OutputOptions, output: str, duration: float | None) -> OutputOptions:
    name, _, path = output.partition(":")
    known = find_plugins("outputs")
    if name not in known:
        raise PluginError(
            f"no output is called {name!r}{nearest_name(name, known)}; legal: "
            f"{', '.join(sorted(known))}"
        )
    try:
        check_output(name, load_plugin("outputs", name))
    except Exception as error:
        raise PluginError(f"cannot use the output {name!r}: {error}") from error
    if name != "file":
        return replace(options, output=name)
    if not path or duration is None:
        raise LiveError(FILE_NEEDS)
    return replace(options, output=name, path=_new_file(Path(path)), duration=duration)


def _choose_input(name: str | None, channel: int | None, waits: bool) -> InputOptions | None:
    """The input to listen to, if one is wanted. `waits`: the output does not play in real time."""
    if name is None:
        if channel is not None:
            raise LiveError("--input-channel needs --input NAME")
        return None
    if waits:
        raise LiveError(
            "--input needs an output that plays in real time: --output file:PATH does not"
        )
    return InputOptions(name, channel)


def _fallbacks(options: OutputOptions) -> tuple[OutputOptions, ...]:
    """The outputs to use instead, in this order, when the chosen one fails."""
    clock = replace(options, output="clock", audio_rate=None)
    if options.output in ("clock", "file"):
        return ()
    if options.output == "sounddevice":
        return (clock,) if options.audio_device is None else ()
    return replace(options, output="sounddevice", audio_device=None, audio_rate=None), clock


def _new_file(path: Path) -> Path:
    """The path, if no file is there yet. Raises LiveError if there is one."""
    if path.is_dir():
        raise LiveError(f"{path} is a folder: name a file, such as {path / 'take.wav'}")
    if path.exists():
        raise LiveError(f"{path} already exists: choose another name, or move it")
    return path


def _parse_channels(text: str) -> tuple[int, ...]:
    """Channel numbers, counted from 1, such as "3,4"."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise LiveError(
            f"--channels {text!r} is not a list of channels; legal: numbers such as 3,4"
        )
    return tuple(map(int, parts))


def _play(server: Server, controls: Controls, line: StatusLine) -> None:
    stop = StopSignal()
    began = time.monotonic()
    with ExitStack() as cleanup:
        cleanup.callback(line.clear)
        cleanup.callback(controls.stop)
        controls.start()
        cleanup.callback(server.end)
        server.start()
        cleanup.callback(controls.close_devices)
        controls.open_devices()
        announced, going = False, True
        while going and not stop.given:
            going = server.poll()
            controls.tick()
            if server.sounding and not announced:
                announced = True
                _announce(server, controls, line, time.monotonic() - began)
            line.show(server, controls.router)
            server.rest(_POLL_SECONDS)
    if stop.given:
        line.say("stopped")


def _announce(server: Server, controls: Controls, line: StatusLine, seconds: float) -> None:
    line.say(
        f"playing {server.deck.name} on {server.output.name}, "
        f"OSC on {controls.osc.host}:{controls.osc.port}, after {seconds:.1f} s"
    )
    if controls.site.link:
        line.say(controls.site.link)
    if not server.waits:
        line.say(server.priority.describe())
    line.say(controls.patch_summary)
