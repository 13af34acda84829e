"""generate, encode and decode, as they are typed."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import distill_live
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.file.header import rewrite_metadata
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_changed_model, save_model_v2
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import STEERED
from distill_live.parameters import PARAMETERS
from tests.conftest import Folders, RunCli
from tests.models.prior.manners import wandering


def test_generate_writes_sounds_and_how_they_were_made(
    run_cli: RunCli, tiny_in_library: Path, folders: Folders
) -> None:
    result = run_cli("generate", "tiny", "--duration", 0.2, "--seed", 5, "--count", 2)
    assert result.code == 0
    assert result.out.split() == ["tiny_5.wav", "tiny_6.wav"]
    assert soundfile.info("tiny_5.wav").subtype == "PCM_24"
    assert soundfile.info("tiny_5.wav").frames == 9600
    sidecar = json.loads(Path("tiny_6.json").read_text())
    assert sidecar["seed"] == 6
    assert sidecar["model"]["name"] == "tiny"
    assert sidecar["settings"]["duration_s"] == 0.2
    assert sidecar["version"] == distill_live.__version__


def test_every_sampling_option_is_heard_and_written_down(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    options = {
        "temperature": 1.5, "top_k": 3, "top_p": 0.5, "min_p": 0.8, "repetition": 1.0,
    }  # fmt: skip
    base = ("generate", "tiny", "--duration", 2, "--seed", 5)
    run_cli(*base)
    plain = Path("tiny_5.wav").read_bytes()
    for number, (name, value) in enumerate(options.items(), start=2):
        run_cli(*base, f"--{name.replace('_', '-')}", value)
        assert Path(f"tiny_5_{number}.wav").read_bytes() != plain, name
        assert json.loads(Path(f"tiny_5_{number}.json").read_text())["settings"][name] == value


def test_clarity_is_heard_in_both_and_written_down(run_cli: RunCli, tiny_in_library: Path) -> None:
    rewrite_metadata(tiny_in_library, clarity=[2.0] * 128)
    codes = save_clip(tiny_in_library)
    for command in (("generate", "tiny", "--duration", 0.5, "--seed", 5, "--output"),
                    ("decode", codes, "--model", "tiny", "--output")):  # fmt: skip
        sounds = []
        for number, options in enumerate(
            ((), ("--clarity", PARAMETERS["clarity"].default), ("--clarity", 0))
        ):
            path = Path(f"{command[0]}_{number}.wav")
            assert run_cli(*command, path, *options).code == 0
            sounds.append(path.read_bytes())
        assert sounds[0] == sounds[1] != sounds[2]
    told = [json.loads(Path(f"generate_{n}.json").read_text())["settings"] for n in (0, 2)]
    assert [one["clarity"] for one in told] == [PARAMETERS["clarity"].default, 0.0]
    assert run_cli("decode", codes, "--model", "tiny", "--clarity", 1.6).code == 2


def save_clip(model: Path, name: str = "clip.npz", columns: int = 40) -> Path:
    """Codes of the tiny model's codec that use its lower half alone."""
    codec = load_model_v2(model).metadata["codec_sha256"]
    labels = ("Structure", "Timbre", "Detail")
    codes = wandering(columns, 8, 3, 16)
    save_grid(Path(name), CodeGrid(codes, "tiny", codec, labels, 16, 4096))
    return Path(name)


def test_generate_in_the_manner_of_codes_is_heard_and_written_down(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    led = ("--manner", save_clip(tiny_in_library))
    for options in ((), (*led, "--manner-amount", 0), led, (*led, "--manner-amount", 1)):
        assert run_cli("generate", "tiny", "--duration", 1, "--seed", 5, *options).code == 0
    sounds = [Path(f"tiny_5{number}.wav").read_bytes() for number in ("", "_2", "_3", "_4")]
    assert sounds[0] == sounds[1]
    assert len(set(sounds)) == 3
    settings = [json.loads(Path(f"tiny_5{n}.json").read_text())["settings"] for n in ("", "_3")]
    assert "manner" not in settings[0]
    assert settings[1]["manner"] == {"codes": "clip.npz", "amount": 0.5}


def test_generate_refuses_a_manner_that_is_none(run_cli: RunCli, tiny_in_library: Path) -> None:
    other = save_clip(tiny_in_library, "other.npz")
    save_grid(other, replace(load_grid(other), model_sha256="x", model_name="rain"))
    base = ("generate", "tiny", "--duration", 0.1)
    for options, message in (
        (("--manner", other), "other.npz: these codes were made by the model 'rain'"),
        (("--manner", save_clip(tiny_in_library, "empty.npz", 0)), "empty.npz: .* one column"),
        (("--manner", "none.npz"), "none.npz: No such file"),
        (("--manner-amount", 0.5), "needs --manner"),
    ):
        result = run_cli(*base, *options)
        assert result.code != 0
        assert re.search(message, result.err), result.err
    assert not Path("tiny_0.wav").exists()


@pytest.mark.parametrize("name", STEERED)
def test_every_steering_option_is_heard_and_written_down(
    run_cli: RunCli, tiny_in_library: Path, name: str
) -> None:
    base = ("generate", "tiny", "--duration", 2, "--seed", 5)
    run_cli(*base)
    result = run_cli(*base, f"--steer-{name}", -0.5, "--steer-guidance", 4)
    assert result.code == 0, result.err
    assert Path("tiny_5_2.wav").read_bytes() != Path("tiny_5.wav").read_bytes()
    steering = json.loads(Path("tiny_5_2.json").read_text())["settings"]["steering"]
    unset = {**dict.fromkeys(STEERED), "section": None, "section_hold": 0.5}
    assert steering == {**unset, name: -0.5, "guidance": 4.0}


def test_generate_again_gives_the_same_bytes_beside_the_first(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    for _ in range(2):
        run_cli("generate", "tiny", "--duration", 0.2, "--seed", 5)
    assert Path("tiny_5_2.wav").read_bytes() == Path("tiny_5.wav").read_bytes()
    assert Path("tiny_5_2.json").read_bytes() == Path("tiny_5.json").read_bytes()


def test_generate_writes_down_which_grains_it_played(
    run_cli: RunCli, tiny_grainy_path: Path, folders: Folders
) -> None:
    path = folders.user / "mine.distill"
    shutil.copy(tiny_grainy_path.with_suffix(".grains"), path.with_suffix(".grains"))
    loaded = load_model_v2(tiny_grainy_path)
    noise = np.random.default_rng(0).integers(0, 16, (40, 8, 3)).astype(np.int16)
    codes = tuple(TrainingCodes(name, noise) for name in ("other.wav", "b.wav", "a.wav"))
    save_changed_model(path, replace(loaded, training_codes=codes))
    options = ("--duration", 2, "--seed", 5, "--grain-reach", 40)
    assert run_cli("generate", "mine", *options).code == 0
    found = json.loads(Path("tiny_5.json").read_text())
    assert {one["file"] for one in found["comes_from"]} <= {"a.wav", "b.wav"}
    assert {one["share"] for one in found["comes_from"]} == {1.0}
    settings = found["settings"]
    assert (settings["grain"], settings["reach"], settings["clarity"]) == (1.0, 40.0, 1.0)
    run_cli("generate", "mine", *options, "--grain", 0)
    without = json.loads(Path("tiny_5_2.json").read_text())["comes_from"]
    assert {one["file"] for one in without} == {None}


def test_generate_writes_down_which_recordings_it_reminds_of(
    run_cli: RunCli, tiny_model: LoadedVQModel, tiny_in_library: Path
) -> None:
    run_cli("generate", "tiny", "--duration", 3, "--seed", 5)
    assert json.loads(Path("tiny_5.json").read_text())["comes_from"] is None
    session = open_session(tiny_model.require_prior(), 5)
    played = np.concatenate([session.step(Sampling()) for _ in range(40)])
    save_model_v2(
        tiny_in_library, model=tiny_model.model, prior=tiny_model.prior,
        spectrogram=tiny_model.spectrogram, vocoder=tiny_model.vocoder,
        training_codes=[
            TrainingCodes("other.wav", played[::-1].astype(np.int16)),
            TrainingCodes("own.wav", played[12:].astype(np.int16)),
        ],
    )  # fmt: skip
    run_cli("generate", "tiny", "--duration", 3, "--seed", 5)
    assert Path("tiny_5_2.wav").read_bytes() == Path("tiny_5.wav").read_bytes()
    new, own = json.loads(Path("tiny_5_2.json").read_text())["comes_from"]
    assert (new["from"], new["file"], own["file"]) == (0.0, None, "own.wav")
    column = 4096 / 48_000
    assert own["from"] - own["file_second"] == pytest.approx(12 * column, abs=0.01)
    assert own["to"] == pytest.approx(3.0, abs=column)


@pytest.mark.parametrize("format", ["wav", "flac", "ogg", "mp3"])
def test_generate_writes_every_format_at_another_rate(
    run_cli: RunCli, tiny_in_library: Path, format: str
) -> None:
    run_cli(
        "generate", "tiny", "--duration", 0.2, "--seed", 1, "--format", format,
        "--sample-rate", 44_100, "--bit-depth", 16, "--output", "sounds",
    )  # fmt: skip
    assert soundfile.info(f"sounds/tiny_1.{format}").samplerate == 44_100


def test_an_overlap_is_one_warning_for_all_sounds(run_cli: RunCli, tiny_in_library: Path) -> None:
    result = run_cli("generate", "tiny", "--duration", 0.1, "--count", 2, "--overlap", 50)
    assert result.code == 0
    assert result.err.count("warning: the overlap is ignored") == 1


@pytest.mark.parametrize("suffix", ["json", "npz"])
def test_encode_and_decode_go_there_and_back(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, suffix: str
) -> None:
    codes = f"codes.{suffix}"
    encoded = run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", codes)
    assert encoded.out == f"{codes}: 12 columns x 8 bands x 3 levels\n"
    assert load_grid(Path(codes)).model_name == "tiny"
    decoded = run_cli("decode", codes, "--model", "tiny", "--output", "out.wav")
    assert decoded.code == 0
    assert soundfile.info("out.wav").frames == 12 * 4096


def test_the_grid_says_what_sound_it_is_of(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "codes.json")
    assert load_grid(Path("codes.json")).source == "sine_440.wav"


def test_a_model_whose_level_was_renamed_decodes_its_old_grids_and_names_it_in_new_ones(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "old.json")
    run_cli("decode", "old.json", "--model", "tiny", "--output", "before.wav")
    assert run_cli("models", "rename-level", "tiny", "detail", "air").code == 0
    run_cli("decode", "old.json", "--model", "tiny", "--output", "after.wav")
    assert Path("after.wav").read_bytes() == Path("before.wav").read_bytes()
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "new.json")
    assert load_grid(Path("new.json")).level_labels == ("Structure", "Timbre", "air")


def test_encode_and_decode_choose_names_in_the_working_folder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny")
    run_cli("decode", "sine_440.json", "--model", "tiny")
    assert Path("sine_440.wav").exists()


@pytest.mark.parametrize("suffix", ["json", "npz"])
def test_decode_leaves_the_recording_that_the_codes_were_made_of(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, suffix: str
) -> None:
    shutil.copy(sounds / "sine_440.wav", "rain.wav")
    run_cli("encode", "rain.wav", "--model", "tiny", "--output", f"rain.{suffix}")
    for name in ("rain_2.wav", "rain_3.wav"):
        assert run_cli("decode", f"rain.{suffix}", "--model", "tiny").out.startswith(f"{name}: ")
    assert Path("rain.wav").read_bytes() == (sounds / "sine_440.wav").read_bytes()


def test_encode_leaves_what_says_how_a_sound_was_made(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    Path("sine_440.json").write_text("precious")
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny")
    assert Path("sine_440.json").read_text() == "precious"
    assert load_grid(Path("sine_440_2.json")).model_name == "tiny"


def test_an_output_that_is_named_is_not_replaced(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    for name in ("codes.json", "out.wav"):
        Path(name).write_text("old")
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "codes.json")
    run_cli("decode", "codes_2.json", "--model", "tiny", "--output", "out.wav")
    assert soundfile.info("out_2.wav").frames == 12 * 4096
    assert [Path(name).read_text() for name in ("codes.json", "out.wav")] == ["old", "old"]


@pytest.mark.parametrize(
    "arguments",
    [("--bit-depth", 20), ("--format", "flac", "--bit-depth", 32),
     ("--format", "mp3", "--sample-rate", 384_000)],
)  # fmt: skip
def test_a_file_that_cannot_be_written_is_refused_before_any_sound_is_made(
    run_cli: RunCli,
    tiny_in_library: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[object, ...],
) -> None:
    from distill_live.inference import generation

    monkeypatch.setattr(generation, "generate_audio_from_prior", lambda *_, **__: pytest.fail("!"))
    result = run_cli("generate", "tiny", *arguments)
    assert result.code == 1
    assert result.err.startswith("error: ")


@pytest.mark.parametrize("seconds", ["nan", "inf"])
@pytest.mark.parametrize(
    ("command", "option"), [("generate", "--duration"), ("bench", "--seconds"),
                            ("serve", "--duration")]
)  # fmt: skip
def test_a_length_without_end_is_refused(
    run_cli: RunCli, tiny_in_library: Path, command: str, option: str, seconds: str
) -> None:
    result = run_cli(command, "tiny", option, seconds)
    assert result.code == 2
    assert f"Invalid value for '{option}'" in result.err


def test_decode_refuses_a_file_that_cannot_be_written_before_it_decodes(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distill_live.inference import codes

    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "codes.json")
    monkeypatch.setattr(codes, "decode_blocks", lambda *_: pytest.fail("decoded"))
    result = run_cli("decode", "codes.json", "--model", "tiny", "--output", "out.m4a")
    assert "cannot write 'm4a'" in result.err


def test_decode_refuses_codes_of_another_model(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "codes.json")
    document = json.loads(Path("codes.json").read_text())
    document["model"] = {"name": "rain", "sha256": "other"}
    Path("codes.json").write_text(json.dumps(document))
    result = run_cli("decode", "codes.json", "--model", "tiny")
    assert result.code == 1
    assert "made by the model 'rain'" in result.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("generate", "tiny", "--bit-depth", 20, "--duration", 0.1), "cannot have bit depth 20"),
        (("encode", "missing.wav", "--model", "tiny"), "cannot read missing.wav"),
        (("decode", "missing.json", "--model", "tiny"), "cannot read missing.json"),
        (("generate", "tiny", "--device", "mps"), "no Apple GPU"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    run_cli: RunCli, tiny_in_library: Path, arguments: tuple[object, ...], reason: str
) -> None:
    result = run_cli(*arguments)
    assert result.code == 1
    assert result.err.startswith("error: ")
    assert reason in result.err
