"""What many tests need: a command line, an empty library, sounds and a tiny model."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from distill_live import cli, priority
from distill_live.audio.files import write_audio
from distill_live.commands.serving.torch_processes import torch_processes
from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.models.file import library
from distill_live.models.file.header import write_model_bytes
from tests.warm import warm_process

if TYPE_CHECKING:
    from distill_live.audio.dataset import Recording
    from distill_live.audio.spectrogram import AudioSpectrogram
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.models.vocoder.vocoder import PhaseVocoder

# Before torch is imported, here and in every process that a test starts: networks this small gain
# nothing from a second thread, and on a busy machine threads that wait for each other take minutes.
os.environ.setdefault("OMP_NUM_THREADS", "1")


class CliResult(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


RunCli = Callable[..., CliResult]


#: Tests here wait for other programs, some of them for minutes, or compute for a minute.
_WAITING = tuple(str(Path("tests", *one.split("/"))) for one in (
    "web/api/test_jobs.py", "web/page", "commands", "live/server", "live/engine",
))  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no worker is left alone with one."""

    def rank(item: pytest.Item) -> int:
        path = str(item.path.relative_to(config.rootpath))
        return next((n for n, one in enumerate(_WAITING) if path.startswith(one)), len(_WAITING))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def _numbers_nearly_0() -> Iterator[None]:
    """Commands that run in this process have torch take them as 0; the next test does not."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCli:
    """Run `distill-live` with the given arguments in this process, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    # This process goes on after the command.
    monkeypatch.setattr(priority, "lower", lambda: None)
    # A fork server would keep the folder and the environment of the first test that has one.
    monkeypatch.setattr("distill_live.commands.serve.torch_processes", lambda: FRESH)

    def run(*arguments: object) -> CliResult:
        monkeypatch.setattr(sys, "argv", ["distill-live", *map(str, arguments)])
        code = 0
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return CliResult(code, out, err)

    return run


@pytest.fixture(scope="session")
def warm() -> Iterator[None]:
    """A warm process, which commands that begin with WARM_TINY or WARM_SERVE need."""
    with warm_process():
        yield


@pytest.fixture(scope="session")
def forks() -> ProcessSource:
    """Where `serve` gets its processes with torch from: they start at once."""
    return torch_processes()


class Folders(NamedTuple):
    """The folders that are searched for models, in that order."""

    here: Path
    user: Path
    package: Path


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """An empty library: the working folder, the user's and the package's are under tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(library, "_PACKAGE_FOLDER", tmp_path / "package")
    found = Folders(
        tmp_path / "models",
        tmp_path / "data" / "distill-live" / "models",
        tmp_path / "package" / "shipped" / "models",
    )
    for folder in found:
        folder.mkdir(parents=True)
    return found


def save_empty_model(folder: Path, name: str, **metadata: object) -> Path:
    """A model file with a header and no weights."""
    described = {
        "name": name,
        "tags": [],
        "created": "",
        "spectrogram": {},
        "codec": {},
        "level_labels": [],
        "codec_sha256": "",
        **metadata,
    }
    path = folder / f"{name}.distill"
    write_model_bytes(path, described, (2).to_bytes(8, "little") + b"{}")
    return path


def _quick_vocoder(spectrogram: AudioSpectrogram, column_frames: int = 8) -> PhaseVocoder:
    """One that finds its phases badly and in no time: else most tests would wait for it."""
    from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder

    config = PhaseConfig(column_frames, iterations=2, corrections=1, inversion_steps=1)
    return PhaseVocoder(spectrogram, config)


def save_tiny_model(folder: Path, hop: int = 512) -> Path:
    """A model file of untrained, tiny networks, with a prior, and columns of 8 hops."""
    import torch

    from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
    from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
    from distill_live.models.file.persistence import save_model_v2
    from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig

    torch.manual_seed(0)
    config = VQVAEConfig(codebook_size=16, code_width=8, width=16, encoder_blocks=1,
                         decoder_blocks=1, fine_width=8)  # fmt: skip
    codec = ConvVQVAE(config)
    torch.nn.init.normal_(codec.quantizer.codebooks)
    prior = ColumnPrior(ColumnPriorConfig(codebook_size=16, context_columns=8, hidden_size=16,
                                          num_layers=1, num_heads=2, depth_size=16))  # fmt: skip
    path = folder / "tiny.distill"
    spectrogram = AudioSpectrogram(SpectrogramConfig(n_fft=4 * hop, hop_length=hop))
    save_model_v2(
        path, model=codec, prior=prior, vocoder=_quick_vocoder(spectrogram), spectrogram=spectrogram
    )
    return path


@pytest.fixture(scope="session")
def tiny_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `save_tiny_model`. Do not write to it."""
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


#: The length of the columns of `calm_model_path`, in samples.
CALM_COLUMN = 8 * 2048


@pytest.fixture(scope="session")
def calm_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with columns four times as long, for servers: it leaves the processor to their
    clients, such as a browser that draws on it. Do not write to it."""
    return save_tiny_model(tmp_path_factory.mktemp("calm"), hop=CALM_COLUMN // 8)


@pytest.fixture(scope="session")
def tiny_two_levels_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second one, as unlike the first as models can be: a flat prior, two levels with names of
    its own, four bands, columns twice as long, fewer codes, and a loudness. Do not write to it."""
    import torch

    from distill_live.audio.spectrogram import AudioSpectrogram
    from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
    from distill_live.models.file.persistence import save_model_v2
    from distill_live.models.prior.flat_prior import CodePrior

    torch.manual_seed(1)
    config = VQVAEConfig(codebook_size=12, num_quantizers=2, bands=4, column_frames=16,
                         code_width=8, width=16, encoder_blocks=1, decoder_blocks=1,
                         fine_width=8)  # fmt: skip
    codec = ConvVQVAE(config)
    torch.nn.init.normal_(codec.quantizer.codebooks)
    prior = CodePrior(codebook_size=12, seq_len=8 * 8, num_quantizers=2, hidden_size=16,
                      num_layers=1, num_heads=2, bands=4)  # fmt: skip
    path = tmp_path_factory.mktemp("two") / "two.distill"
    described = {"level_labels": ["Body", "Air"], "loudness_db": -12.0}
    spectrogram = AudioSpectrogram()
    save_model_v2(
        path, model=codec, prior=prior, vocoder=_quick_vocoder(spectrogram, 16),
        spectrogram=spectrogram, metadata=described,
    )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def tiny_two_levels(tiny_two_levels_path: Path) -> LoadedVQModel:
    """That second model, loaded. Do not change its weights."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(tiny_two_levels_path)


@pytest.fixture(scope="session")
def tiny_model(tiny_model_path: Path) -> LoadedVQModel:
    """That model, loaded. Streams and sessions are the tests' own; do not change its weights."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(tiny_model_path)


@pytest.fixture(scope="session")
def tiny_stereo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stereo model of untrained, tiny networks, with a prior; its images are not neutral. Do not
    write to it."""
    import torch

    from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
    from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
    from distill_live.models.file.persistence import save_model_v2
    from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig

    torch.manual_seed(0)
    config = VQVAEConfig(codebook_size=16, code_width=8, width=16, encoder_blocks=1,
                         decoder_blocks=1, fine_width=8, image_groups=16)  # fmt: skip
    codec = ConvVQVAE(config)
    torch.nn.init.normal_(codec.quantizer.codebooks)
    assert codec.encoder.image is not None
    torch.nn.init.normal_(codec.encoder.image.weight)
    prior = ColumnPrior(ColumnPriorConfig(codebook_size=16, context_columns=8, hidden_size=16,
                                          num_layers=1, num_heads=2, depth_size=16))  # fmt: skip
    path = tmp_path_factory.mktemp("stereo") / "stereo.distill"
    spectrogram = AudioSpectrogram(SpectrogramConfig(image_groups=16))
    save_model_v2(
        path, model=codec, prior=prior, vocoder=_quick_vocoder(spectrogram), spectrogram=spectrogram
    )
    return path


@pytest.fixture(scope="session")
def tiny_stereo(tiny_stereo_path: Path) -> LoadedVQModel:
    """That stereo model, loaded. Do not change its weights."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(tiny_stereo_path)


@pytest.fixture(scope="session")
def tiny_clear(tiny_model: LoadedVQModel) -> LoadedVQModel:
    """The first model with a clarity: the higher the mel bin, the larger its gain."""
    from distill_live.models.codec.clarity import Clarity

    return replace(tiny_model, clarity=Clarity(tuple(np.linspace(1.0, 3.0, 128).tolist())))


@pytest.fixture(scope="session")
def grain_recordings() -> list[Recording]:
    """Two recordings of a second and more, in which no two moments are alike."""
    from distill_live.audio.dataset import Recording

    found = []
    for number, seconds in enumerate((1.5, 1.1)):
        drawn = np.random.default_rng(number)
        time = np.arange(round(seconds * 48_000)) / 48_000
        sweep = np.sin(2 * np.pi * (200 + 900 * time * (number + 1)) * time)
        noise = drawn.normal(0, 1, len(time)) * np.abs(np.sin(7 * time)) ** 3
        samples = (0.3 * sweep + 0.1 * noise).astype(np.float32)
        found.append(Recording(f"{'ab'[number]}.wav", samples))
    return found


@pytest.fixture(scope="session")
def tiny_grainy_path(
    tiny_model: LoadedVQModel,
    tiny_model_path: Path,
    grain_recordings: list[Recording],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The first model with the grains of these recordings beside it. Do not write to it."""
    from distill_live.models.grains.file import grains_path
    from distill_live.training.data.grains import make_grains

    path = tmp_path_factory.mktemp("grainy") / tiny_model_path.name
    shutil.copy(tiny_model_path, path)
    make_grains(grains_path(path), tiny_model, grain_recordings)
    return path


@pytest.fixture(scope="session")
def tiny_grainy(tiny_grainy_path: Path) -> LoadedVQModel:
    """That model, loaded. Do not change it."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(tiny_grainy_path)


@pytest.fixture(scope="session")
def old_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model file as Distill v1.1 wrote it. Do not write to it."""
    from tests.old_model import save_old_model

    return save_old_model(tmp_path_factory.mktemp("old") / "old.distill")


@pytest.fixture(scope="session")
def old_model(old_model_path: Path) -> LoadedVQModel:
    """That model, loaded. Do not change its weights."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(old_model_path)


@pytest.fixture(scope="session")
def tiny_neural_path(tiny_model: LoadedVQModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first model with an untrained neural vocoder. Do not write to it."""
    import torch

    from distill_live.models.file.persistence import save_model_v2
    from distill_live.models.vocoder.network import NeuralVocoderConfig
    from distill_live.models.vocoder.neural import NeuralVocoder

    torch.manual_seed(0)
    config = NeuralVocoderConfig(width=16, blocks=2)
    vocoder = NeuralVocoder.untrained(config, tiny_model.spectrogram)
    path = tmp_path_factory.mktemp("tiny") / "tiny-neural.distill"
    save_model_v2(
        path, model=tiny_model.model, prior=tiny_model.prior, vocoder=vocoder,
        spectrogram=tiny_model.spectrogram,
    )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def tiny_neural(tiny_neural_path: Path) -> LoadedVQModel:
    """That model, loaded. Do not change its weights."""
    from distill_live.models.file.persistence import load_model_v2

    return load_model_v2(tiny_neural_path)


@pytest.fixture
def tiny_in_library(tiny_model_path: Path, folders: Folders) -> Path:
    """A copy of that model in the user's folder, found as "tiny"."""
    return Path(shutil.copy(tiny_model_path, folders.user))


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six recordings, about a second each: sines, chirps and bursts of noise."""
    folder = tmp_path_factory.mktemp("sounds")
    seconds = np.arange(48_000) / 48_000
    noise = np.random.default_rng(0).standard_normal(len(seconds))
    for hertz in (110, 440, 1760):
        sine = 0.3 * np.sin(2 * np.pi * hertz * seconds)
        bursts = 0.2 * noise * (np.sin(2 * np.pi * hertz / 100 * seconds) > 0.5)
        write_audio(folder / f"sine_{hertz}.wav", sine.astype(np.float32), 48_000)
        write_audio(folder / f"burst_{hertz}.wav", bursts.astype(np.float32), 48_000)
    return folder
