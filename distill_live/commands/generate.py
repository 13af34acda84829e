"""`distill-live generate`: new sound into files."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from distill_live.audio.fades import CUT_FADE_SECONDS
from distill_live.commands.destinations import SoundSeries
from distill_live.commands.generated_sounds import SeriesProgress, SoundWriter
from distill_live.commands.options import (
    BitDepthOption,
    ClarityOption,
    DeviceOption,
    FadeOption,
    GrainOption,
    LufsOption,
    ModelArgument,
    ProgressFileOption,
    ReachOption,
    SoundFormat,
    parameter_option,
    seconds_option,
)
from distill_live.commands.output import (
    check_sound_file,
    progress_bar,
    tell,
    warn_of_grains,
)
from distill_live.commands.progress_lines import ProgressLines
from distill_live.errors import CodesError
from distill_live.inference.loading import load_model
from distill_live.models.file.library import find_model
from distill_live.parameters import PARAMETERS, Parameter

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.models.sound_settings import SoundSettings

_SEEDS = PARAMETERS["seed"]
_MANNER, _USUAL_MANNER = PARAMETERS["manner"], 0.5
_DEFAULTS = {name: parameter.default for name, parameter in PARAMETERS.items()}


def _level_option(name: str) -> Any:
    """The option of a parameter that each level can have a value of its own for."""
    parameter = PARAMETERS[name]

    def parse(text: str) -> float | tuple[float, ...]:
        numbers = tuple(_read_number(parameter, part) for part in str(text).split(","))
        return numbers[0] if len(numbers) == 1 else numbers

    return typer.Option(
        f"--{name.replace('_', '-')}",
        parser=parse,
        metavar="NUMBER[,NUMBER]...",
        help=f"{parameter.doc} Legal: {parameter.legal()}; one number for all levels, or one for "
        "each, coarse to fine, with commas between them.",
    )


def _read_number(parameter: Parameter, text: str) -> float:
    """A legal value of a parameter. Raises typer.BadParameter for anything else."""
    try:
        number = int(text) if parameter.kind == "int" else float(text)
    except ValueError:
        number = math.nan
    if not parameter.minimum <= number <= parameter.maximum:
        raise typer.BadParameter(f"{text.strip()!r} is not legal: {parameter.legal()}.")
    return number


def generate(
    model: ModelArgument,
    duration: Annotated[
        float, seconds_option("--duration", 0.01, "Length of each sound in seconds.")
    ] = 10.0,
    temperature: Annotated[Any, _level_option("temperature")] = _DEFAULTS["temperature"],
    top_k: Annotated[Any, _level_option("top_k")] = int(_DEFAULTS["top_k"]),
    top_p: Annotated[Any, _level_option("top_p")] = _DEFAULTS["top_p"],
    min_p: Annotated[Any, _level_option("min_p")] = _DEFAULTS["min_p"],
    repetition: Annotated[Any, _level_option("repetition")] = _DEFAULTS["repetition"],
    loudness: Annotated[float | None, parameter_option("steer/loudness")] = None,
    brightness: Annotated[float | None, parameter_option("steer/brightness")] = None,
    noisiness: Annotated[float | None, parameter_option("steer/noisiness")] = None,
    density: Annotated[float | None, parameter_option("steer/density")] = None,
    guidance: Annotated[float, parameter_option("steer/guidance")] = _DEFAULTS["steer/guidance"],
    section: Annotated[float | None, parameter_option("steer/section")] = None,
    hold: Annotated[float, parameter_option("steer/section_hold")] = _DEFAULTS[
        "steer/section_hold"
    ],
    manner: Annotated[
        Path | None,
        typer.Option("--manner", help="Grid of codes in whose manner to generate (see `encode`)."),
    ] = None,
    manner_amount: Annotated[
        float | None,
        typer.Option(
            "--manner-amount",
            min=_MANNER.minimum,
            max=_MANNER.maximum,
            help=f"How much --manner counts: 0 not at all, 1 alone (default: {_USUAL_MANNER:g}).",
        ),
    ] = None,
    clarity: ClarityOption = _DEFAULTS["clarity"],
    grain: GrainOption = _DEFAULTS["grain"],
    reach: ReachOption = _DEFAULTS["grain_reach"],
    overlap: Annotated[
        float | None,
        typer.Option(
            "--overlap",
            min=0,
            help="Crossfade between seconds, in ms; only for models from Distill v1.1.",
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option("--count", min=1, help="Number of sounds to make; each takes the next seed."),
    ] = 1,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            min=int(_SEEDS.minimum),
            max=int(_SEEDS.maximum),
            help="Seed of the first sound (default: random).",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", help="Output sound file or folder; with --count, names are numbered."
        ),
    ] = Path(),
    format: Annotated[
        SoundFormat | None,
        typer.Option(
            "--format", help="File format (default: from the name given to --output, else wav)."
        ),
    ] = None,
    sample_rate: Annotated[
        int | None,
        typer.Option(
            "--sample-rate",
            min=8_000,
            max=384_000,
            help="Sample rate in Hz (default: the model's).",
        ),
    ] = None,
    bit_depth: BitDepthOption = 24,
    lufs: LufsOption = None,
    fade: FadeOption = 1000 * CUT_FADE_SECONDS,
    device: DeviceOption = "auto",
    progress_file: ProgressFileOption = None,
) -> None:
    """Generate new sound files, each with a .json file that says how it was made.

    The same model, seed and settings give identical files.

    An existing file is never replaced: the new one gets a number, and the line that is printed
    names it.
    """
    from distill_live.inference.generation import OVERLAP_IGNORED, draw_seed
    from distill_live.inference.many import make_sounds
    from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
    from distill_live.models.prior.steering import Steering
    from distill_live.models.sound_settings import SoundSettings

    file = find_model(model)
    loaded, sound = load_model(str(file), device), SoundSettings(clarity, grain, reach)
    loaded.require_prior()
    warn_of_grains(loaded)
    own_rate = loaded.spectrogram.config.sample_rate
    rate = sample_rate or own_rate
    if manner_amount is not None and manner is None:
        raise typer.BadParameter("needs --manner CODES", param_hint="--manner-amount")
    amount = _USUAL_MANNER if manner_amount is None else manner_amount
    led = {} if manner is None else _read_manner(loaded, manner, amount)
    series = SoundSeries.at(output, format, count)
    check_sound_file(series.format, rate, bit_depth)
    overlap_samples = None
    if overlap is not None and isinstance(loaded.vocoder, ChunkVocoder):
        overlap_samples = round(overlap * own_rate / 1000)
    elif overlap is not None:
        tell(f"warning: {OVERLAP_IGNORED}", err=True)
    first = draw_seed() if seed is None else seed
    sampling: dict[str, Any] = {
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "repetition": repetition,
    }
    kept: dict[str, Any] = {"section": section, "section_hold": hold}
    steering = Steering(loudness, brightness, noisiness, density, guidance)
    settings = _settings(
        sampling, asdict(steering) | kept, sound,
        duration_s=duration, sample_rate=rate, bit_depth=bit_depth, fade_ms=fade, lufs=lufs,
        overlap=None if overlap_samples is None else overlap,
        manner=None if manner is None else {"codes": str(manner), "amount": amount},
    )  # fmt: skip
    seeds = [(first + number) % (int(_SEEDS.maximum) + 1) for number in range(count)]
    common = sampling | kept | led | {"steering": steering, "sound": sound}
    common |= {"duration_s": duration, "overlap_samples": overlap_samples}
    wanted = [common | {"seed": one} for one in seeds]
    progress = SeriesProgress(count, ProgressLines(progress_file) if progress_file else None)
    writer = SoundWriter(loaded, series, settings, duration, rate, bit_depth, fade, lufs)
    with closing(make_sounds(loaded, file, wanted, progress.tell)) as sounds:
        for number, used in enumerate(seeds):
            with progress_bar(f"seed {used}") as advance:
                progress.begin(number, advance)
                made = next(sounds)
            path = writer.write(number, used, made)
            tell(path)
            progress.end(path, used)


def _settings(
    sampling: dict[str, Any], steering: dict[str, Any], sound: SoundSettings, **others: Any
) -> dict[str, Any]:
    """The settings that are written down beside a sound; of the others, those that are not None."""
    given = {name: value for name, value in others.items() if value is not None}
    return sampling | {"steering": steering} | asdict(sound) | given


def _read_manner(loaded: LoadedVQModel, path: Path, amount: float) -> dict[str, Any]:
    """The settings with which a file of codes leads the sampling. Raises CodesError when it is not
    a grid of the model's codec."""
    from distill_live.codes.grid_file import load_grid
    from distill_live.inference.codes import require_fit
    from distill_live.models.prior.manner import MannerTable

    grid = load_grid(path)
    try:
        require_fit(loaded, grid)
        table = MannerTable(grid.codes, grid.codebook_size)
    except CodesError as error:
        raise CodesError(f"{path}: {error}") from error
    return {"manner": amount, "manner_table": table}
