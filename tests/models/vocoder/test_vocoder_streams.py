"""What every vocoder owes a stream."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder, Vocoder
from tests.models.vocoder.vocoders import SPECTROGRAM, untrained


@pytest.fixture(scope="module", params=["phase", "neural"])
def vocoder(request: pytest.FixtureRequest) -> Vocoder:
    """One of each kind that streams frames."""
    if request.param == "neural":
        return untrained()
    return PhaseVocoder(SPECTROGRAM, PhaseConfig(iterations=4))


@pytest.mark.parametrize("frames", [8, 19])
def test_a_restored_stream_repeats_its_bytes(vocoder: Vocoder, mel: Tensor, frames: int) -> None:
    stream = vocoder.stream()
    stream.push(mel[:, :frames])
    kept, emitted = stream.snapshot(), stream.emitted
    first = torch.cat([stream.push(mel[:, frames:]), stream.flush()])
    stream.restore(kept)
    assert stream.emitted == emitted
    again = torch.cat([stream.push(mel[:, frames:]), stream.flush()])
    other = vocoder.stream()
    other.restore(kept)
    elsewhere = torch.cat([other.push(mel[:, frames:]), other.flush()])
    assert first.numpy().tobytes() == again.numpy().tobytes() == elsewhere.numpy().tobytes()


def test_a_new_future_leaves_the_sound_before_it_alone(vocoder: Vocoder, mel: Tensor) -> None:
    stream = vocoder.stream()
    past = stream.push(mel[:, :16])
    kept = stream.snapshot()
    stream.push(mel[:, 16:32].flip(1))
    stream.restore(kept)
    whole = torch.cat([past, stream.push(mel[:, 16:]), stream.flush()])
    assert whole.numpy().tobytes() == vocoder(mel).numpy().tobytes()


def test_nothing_pushed_gives_nothing(vocoder: Vocoder) -> None:
    stream = vocoder.stream()
    assert len(stream.push(torch.zeros(128, 0))) == len(stream.flush()) == stream.emitted == 0


def test_a_flushed_stream_takes_no_more(vocoder: Vocoder, mel: Tensor) -> None:
    stream = vocoder.stream()
    stream.push(mel)
    stream.flush()
    assert len(stream.flush()) == 0
    with pytest.raises(ValueError, match="this stream was flushed: begin a new one"):
        stream.push(mel)


@pytest.mark.parametrize("shape", [(80, 8), (1, 128, 8)])
def test_mels_of_another_shape_are_refused(vocoder: Vocoder, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"mels must be \[128, frames\]"):
        vocoder.stream().push(torch.zeros(shape))


def test_the_caller_may_think_in_inference_mode(vocoder: Vocoder, mel: Tensor) -> None:
    with torch.inference_mode():
        stream = vocoder.stream()
        first = stream.push(mel[:, :20])
    rest = torch.cat([stream.push(mel[:, 20:]), stream.flush()])
    assert torch.equal(torch.cat([first, rest]), vocoder(mel))
