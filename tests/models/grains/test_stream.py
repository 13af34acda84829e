"""A stream of grains: the recordings' own sound where it fits, the vocoder's where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.dataset import Recording
from distill_live.audio.files import audio_bytes
from distill_live.inference.codes import decode, encode
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.grains.corpus import load_grains
from distill_live.models.grains.header import PIECE_SAMPLES
from distill_live.models.grains.stream import GrainStream
from distill_live.models.grains.writing import GivenRecording, write_grains
from distill_live.models.sound_settings import SoundSettings
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from distill_live.training.data.grains import decoded_levels, make_grains

FAR = 40.0


def mels_of(loaded: LoadedVQModel, samples: np.ndarray) -> Tensor:
    """What a recording decodes to, `[M, T]`."""
    decoder = loaded.decoder(SoundSettings(clarity=0.0))
    with torch.inference_mode():
        return torch.cat([decoder.push(encode(loaded, samples).codes), decoder.flush()], dim=1)


def stream_of(loaded: LoadedVQModel, amount: float, reach: float = FAR) -> GrainStream:
    stream = loaded.sounding(SoundSettings(grain=amount, reach=reach))
    assert isinstance(stream, GrainStream)
    return stream


def whole(stream: GrainStream, mel: Tensor) -> np.ndarray:
    return torch.cat([stream.push(mel), stream.flush()]).numpy()


@pytest.fixture
def mel(tiny_grainy: LoadedVQModel, grain_recordings: list[Recording]) -> Tensor:
    return mels_of(tiny_grainy, grain_recordings[0].samples)


def test_without_grains_the_bytes_are_the_vocoders(
    tiny_grainy: LoadedVQModel, tiny_model: LoadedVQModel, mel: Tensor
) -> None:
    base = tiny_model.vocoder(mel).numpy()
    assert whole(stream_of(tiny_grainy, 0.0), mel).tobytes() == base.tobytes()
    # Nothing is within 1 dB of what no recording has.
    other = torch.randn(mel.shape)
    foreign = tiny_model.vocoder(other).numpy()
    assert whole(stream_of(tiny_grainy, 1.0, reach=1.0), other).tobytes() == foreign.tobytes()


@pytest.mark.parametrize("amount", [0.4, 1.0])
def test_however_mels_are_pushed_the_bytes_are_the_same(
    tiny_grainy: LoadedVQModel, mel: Tensor, amount: float
) -> None:
    expected = whole(stream_of(tiny_grainy, amount), mel)
    assert len(expected) == mel.shape[1] * 512
    stream = stream_of(tiny_grainy, amount)
    parts, at = [], 0
    for count in (0, 3, 5, 1, 7, 30, 2):
        parts.append(stream.push(mel[:, at : at + count]))
        at += count
    parts += [stream.push(mel[:, at:]), stream.flush()]
    assert torch.cat(parts).numpy().tobytes() == expected.tobytes()


def test_a_snapshot_brings_back_the_stream(tiny_grainy: LoadedVQModel, mel: Tensor) -> None:
    stream = stream_of(tiny_grainy, 1.0)
    stream.push(mel[:, :40])
    state = stream.snapshot()
    first = stream.push(mel[:, 40:72]).clone()
    stream.push(torch.randn(128, 16))
    stream.flush()
    stream.restore(state)
    assert torch.equal(stream.push(mel[:, 40:72]), first)
    other = stream_of(tiny_grainy, 1.0)
    other.restore(state)
    assert torch.equal(other.push(mel[:, 40:72]), first)
    assert other.emitted == 72 * 512 - tiny_grainy.vocoder.delay_samples


def test_a_snapshot_brings_back_a_vocoder_that_rests(
    tiny_grainy: LoadedVQModel, mel: Tensor
) -> None:
    stream = stream_of(tiny_grainy, 1.0)
    stream.push(mel[:, :80])
    state, sounds = stream.snapshot(), []
    stream.push(torch.randn(128, 16))
    for one in (stream, stream_of(tiny_grainy, 1.0)):
        one.restore(state)
        one.amount = 0.0
        sounds.append(torch.cat([one.push(mel[:, 80:104]), one.flush()]).numpy())
    assert sounds[0].tobytes() == sounds[1].tobytes()


def test_the_vocoder_returns_from_a_rest_in_time_and_as_loud(
    tiny_grainy: LoadedVQModel, tiny_model: LoadedVQModel, mel: Tensor
) -> None:
    stream = stream_of(tiny_grainy, 1.0)
    parts = [stream.push(mel[:, :80])]
    stream.amount = 0.0
    parts.append(stream.push(mel[:, 80:104]))
    assert stream.emitted == sum(len(part) for part in parts)
    parts.append(stream.flush())
    assert stream.emitted == 104 * 512
    back, always = torch.cat(parts)[-22 * 512 :], tiny_model.vocoder(mel[:, :104])[-22 * 512 :]
    assert 20 * float(torch.log10(back.std() / always.std())) == pytest.approx(0.0, abs=1.0)
    # Its beginning has other phases; what lasts has found the same ones or is as far from them.
    levels = [20 * torch.log10(one.unfold(0, 2048, 2048).std(dim=1)) for one in (back, always)]
    assert (levels[0] - levels[1]).abs().max() < 3.0


def test_where_grains_come_and_go_the_bytes_do_not_depend_on_how_mels_are_pushed(
    tiny_grainy: LoadedVQModel, mel: Tensor
) -> None:
    torch.manual_seed(0)
    together = torch.cat([mel[:, :64], 4 * torch.randn(128, 24), mel[:, :48]], dim=1)
    expected = whole(stream_of(tiny_grainy, 1.0, reach=2.0), together)
    stream, parts = stream_of(tiny_grainy, 1.0, reach=2.0), []
    parts = [stream.push(one) for one in together.split(5, dim=1)]
    parts.append(stream.flush())
    assert torch.cat(parts).numpy().tobytes() == expected.tobytes()


@pytest.mark.parametrize("number", [0, 1])
def test_a_recordings_own_codes_play_the_recording(
    tiny_grainy: LoadedVQModel, grain_recordings: list[Recording], number: int
) -> None:
    samples = grain_recordings[number].samples
    stream = stream_of(tiny_grainy, 1.0)
    mel = mels_of(tiny_grainy, samples)
    for first in range(0, mel.shape[1] - 16, 8):
        began = stream.emitted
        stream.push(mel[:, first : first + 8])
        assert stream.origin is not None
        recording, second = stream.origin
        assert recording == number
        assert abs(second * 48_000 - began) <= 128
    made = decode(tiny_grainy, encode(tiny_grainy, samples), sound=SoundSettings(0.0, 1.0, FAR))
    assert stream.origin is not None
    shift = round(stream.origin[1] * 48_000) - began
    part = slice(10_000, 40_000)
    real = samples[part.start + shift : part.stop + shift]
    assert np.corrcoef(made[part], real)[0, 1] > 0.98


def test_an_origin_is_never_before_its_recording(
    tiny_grainy: LoadedVQModel, grain_recordings: list[Recording]
) -> None:
    for one in grain_recordings:
        # Each time it begins again, it is joined where it fits best, within 128 samples.
        mel = mels_of(tiny_grainy, one.samples)[:, :8]
        stream = stream_of(tiny_grainy, 1.0)
        for _ in range(4):
            stream.push(mel)
            assert stream.origin is not None
            assert stream.origin[1] >= 0


def test_where_nothing_is_near_the_vocoder_is_heard(
    tiny_grainy: LoadedVQModel, mel: Tensor
) -> None:
    stream = stream_of(tiny_grainy, 1.0, reach=2.0)
    stream.push(mel[:, :48])
    assert stream.origin is not None
    stream.push(4 * torch.randn(128, 24))
    assert stream.origin is None


def test_the_amount_may_change_while_it_plays(
    tiny_grainy: LoadedVQModel, tiny_model: LoadedVQModel, mel: Tensor
) -> None:
    stream, plain = stream_of(tiny_grainy, 0.0), tiny_model.vocoder.stream()
    parts, expected = [], []
    for number, amount in enumerate((0.0, 0.0, 1.0, 1.0, 0.5, 0.0, 0.0, 0.0)):
        stream.amount = amount
        column = mel[:, 8 * number : 8 * number + 8]
        parts.append(stream.push(column).numpy())
        expected.append(plain.push(column).numpy())
    for number in (0, 1, 6, 7):
        assert np.array_equal(parts[number], expected[number])
    for number in (2, 3, 4):
        assert not np.array_equal(parts[number], expected[number])
    # On the way out, the vocoder is heard alone after 20 ms.
    assert np.array_equal(parts[5][960:], expected[5][960:])
    together = np.concatenate(parts)
    assert np.isfinite(together).all()
    jumps = np.abs(np.diff(together))
    assert jumps.max() < 3 * max(np.abs(np.diff(one)).max() for one in (parts[3], *expected))


def test_a_mixture_does_not_jump_where_the_two_begin_to_differ(
    tiny_grainy: LoadedVQModel,
) -> None:
    stream = stream_of(tiny_grainy, 0.5)
    stream._state = replace(stream._state, share=0.5, alike=1.0)
    base = np.full(4_096, 0.1, np.float32)
    other = base * np.where(np.arange(len(base)) % 2, -1, 1).astype(np.float32)
    stream._vocoder._sound = base
    mixed, alike = stream._mixed(None, other, 0.5)
    assert alike == pytest.approx(0.0, abs=1e-6)
    # Where both agree it is as loud as they are; halves of two that differ are made louder.
    assert mixed[0] == pytest.approx(0.1, abs=1e-4)
    assert mixed[-2] == pytest.approx(0.1 * np.sqrt(2), abs=1e-4)
    heights = mixed[::2]
    assert np.abs(np.diff(heights)).max() < 2e-4


def test_other_columns_have_grains_too(
    tiny_two_levels: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    make_grains(tmp_path / "two.grains", tiny_two_levels, grain_recordings)
    sha256, frames = tiny_two_levels.metadata["codec_sha256"], 16
    grains = load_grains(tmp_path / "two.distill", sha256, tiny_two_levels.spectrogram, frames)
    loaded = replace(tiny_two_levels, grains=grains)
    mel = mels_of(loaded, grain_recordings[0].samples)
    stream = stream_of(loaded, 1.0)
    made = whole(stream, mel)
    assert len(made) == mel.shape[1] * 512
    assert np.isfinite(made).all()


def test_a_vocoder_may_hold_back_the_whole_first_column(
    tiny_grainy: LoadedVQModel, mel: Tensor
) -> None:
    config = PhaseConfig(lookahead_frames=6)
    loaded = replace(tiny_grainy, vocoder=PhaseVocoder(tiny_grainy.spectrogram, config))
    stream = stream_of(loaded, 1.0)
    assert not len(stream.push(mel[:, :8]))
    assert len(stream.push(mel[:, 8:16])) == 8 * 512
    assert stream.origin is not None
    assert len(torch.cat([stream.push(mel[:, 16:]), stream.flush()])) == (mel.shape[1] - 8) * 512


def test_a_state_holds_no_more_than_it_needs(tiny_grainy: LoadedVQModel, mel: Tensor) -> None:
    stream = stream_of(tiny_grainy, 1.0)
    stream.push(mel[:, :40])
    state = stream.snapshot()
    assert state.stretch is not None
    assert state.stretch.tail.base is None
    assert state.db.base is None


def grainy_with(
    loaded: LoadedVQModel, recording: Recording, pieces: list[bytes], folder: Path
) -> LoadedVQModel:
    """A model with the grains of one recording, whose sound files are these."""
    firsts, sha256 = tuple(range(128)), loaded.metadata["codec_sha256"]
    write_grains(
        folder / "tiny.grains", model_name="tiny", sample_rate=48_000, hop_length=512,
        codec_sha256=sha256, firsts=firsts, sound_format="flac",
        levels=[decoded_levels(loaded, recording, firsts)],
        recordings=[GivenRecording(recording.name, len(recording.samples), pieces)],
    )  # fmt: skip
    grains = load_grains(folder / "tiny.distill", sha256, loaded.spectrogram, 8)
    return replace(loaded, grains=grains)


def test_an_end_that_cannot_be_decoded_leaves_the_vocoder(
    tiny_model: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    samples = grain_recordings[0].samples
    pieces = -(-len(samples) // PIECE_SAMPLES)
    first = audio_bytes(samples[:PIECE_SAMPLES], 48_000, "flac", 16)
    sounds = [first, *[b"no sound"] * (pieces - 1)]
    loaded = grainy_with(tiny_model, grain_recordings[0], sounds, tmp_path)
    mel = mels_of(tiny_model, samples)[:, :31]
    stream, base = stream_of(loaded, 1.0), tiny_model.vocoder.stream()
    assert not torch.equal(stream.push(mel), base.push(mel))
    # It goes on in the second piece.
    assert stream.origin is not None
    assert torch.equal(stream.flush(), base.flush())


def test_a_recording_that_cannot_be_decoded_leaves_the_vocoder(
    tiny_model: LoadedVQModel, grain_recordings: list[Recording], tmp_path: Path
) -> None:
    pieces = -(-len(grain_recordings[0].samples) // PIECE_SAMPLES)
    loaded = grainy_with(tiny_model, grain_recordings[0], [b"no sound"] * pieces, tmp_path)
    mel = mels_of(tiny_model, grain_recordings[0].samples)
    base = tiny_model.vocoder(mel).numpy()
    stream = stream_of(loaded, 1.0)
    assert whole(stream, mel).tobytes() == base.tobytes()
