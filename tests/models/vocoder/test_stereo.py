"""A vocoder's sound becomes left and right, as the image says, however it is pushed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.audio.stereo.image import image_rows, read_image
from distill_live.models.vocoder.stereo import StereoMixer, StereoStream
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder

FRAMES, GROUPS = 8 * 24, 16
SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(image_groups=GROUPS))
MIXER = StereoMixer(SPECTROGRAM)
VOCODER = PhaseVocoder(SPECTROGRAM, PhaseConfig(8, iterations=2, corrections=1))


def frames(difference_db: float, coherence: float) -> Tensor:
    """Frames of noise with the same image in all groups."""
    noise = np.random.default_rng(0).normal(0, 0.1, FRAMES * 512).astype(np.float32)
    mel = SPECTROGRAM.mels(SPECTROGRAM.waveform_to_mel(torch.from_numpy(noise)[None, None])[0, 0])
    image = image_rows(torch.full((GROUPS, FRAMES), difference_db),
                       torch.full((GROUPS, FRAMES), coherence))  # fmt: skip
    return torch.cat([mel, image])


def play(mel: Tensor, *sizes: int) -> Tensor:
    """All of it, in pushes of so many frames in turn."""
    stream, parts, at, turn = StereoStream(VOCODER.stream(), MIXER), [], 0, 0
    while at < mel.shape[1]:
        parts.append(stream.push(mel[:, at : at + sizes[turn % len(sizes)]]))
        at, turn = at + sizes[turn % len(sizes)], turn + 1
        assert stream.emitted == sum(len(part) for part in parts)
    return torch.cat([*parts, stream.flush()])


def image_of(sound: Tensor) -> tuple[Tensor, Tensor]:
    left, right = sound.T
    both = torch.stack([(left + right) / 2, (left - right) / 2])[None]
    difference, coherence = read_image(SPECTROGRAM.waveform_to_mel(both)[0, 0, 128:])
    return difference[:, 8:-8].mean(dim=1), coherence[:, 8:-8].mean(dim=1)


@pytest.mark.parametrize(("difference", "coherence"), [(0.0, 1.0), (9.0, 1.0), (-6.0, 0.5)])
def test_the_sound_has_the_image_that_was_asked_for(difference: float, coherence: float) -> None:
    found, alike = image_of(play(frames(difference, coherence), 8))
    assert (found - difference).abs().mean() < 1.0
    # Bins of a group that are few are never quite unlike.
    assert (alike - coherence).abs().mean() < 0.1


def test_a_neutral_image_gives_the_vocoders_sound_on_both_sides() -> None:
    mel = frames(0.0, 1.0)
    sound = play(mel, 8)
    assert sound.shape == (FRAMES * 512, 2)
    assert torch.allclose(sound[:, 0], sound[:, 1], atol=1e-6)
    assert torch.allclose(sound[:, 0], VOCODER(SPECTROGRAM.mels(mel)), atol=1e-5)


def test_the_same_frames_give_the_same_bytes_however_they_are_pushed() -> None:
    mel = frames(-6.0, 0.5)
    whole = play(mel, FRAMES)
    for sizes in ((8,), (1,), (3, 16, 2)):
        assert torch.equal(play(mel, *sizes), whole)


def test_the_image_is_heard_with_the_frames_that_it_belongs_to() -> None:
    mel, border = frames(20.0, 1.0), 96
    mel[128:144, border:] *= -1
    left, right = play(mel, 8).T
    louder = (left.square() - right.square()).unfold(0, 512, 512).sum(dim=1)
    assert (louder[8 : border - 1] > 0).all()
    assert (louder[border + 1 : -8] < 0).all()


def test_between_two_frames_the_image_goes_evenly_from_one_to_the_other() -> None:
    """Steps begin a quarter of a hop before a frame's middle: there, three quarters are its own."""
    stream = StereoStream(VOCODER.stream(), MIXER)
    mel = frames(0.0, 1.0)[:, :8]
    mel[128] = torch.arange(8.0) / 100
    stream.push(mel)
    position, first = stream._state.position, stream._state.first
    assert position % 512 == 384
    left = (position + 128) // 512
    expected = (np.arange(left, 8) - 0.25) / 100
    found = stream._images_at(8 - left)[0]
    assert np.allclose(found, expected, atol=1e-6)
    assert first == left - 1


def test_it_is_a_quarter_of_a_hop_behind_the_vocoder() -> None:
    mel, base = frames(0.0, 1.0), VOCODER.stream()
    stream = StereoStream(base, MIXER)
    for start in range(0, 40, 8):
        stream.push(mel[:, start : start + 8])
        assert stream.emitted == base.emitted - 128 == base.emitted - MIXER.delay_samples


def test_a_snapshot_is_gone_back_to() -> None:
    mel = frames(-6.0, 0.5)
    stream = StereoStream(VOCODER.stream(), MIXER)
    stream.push(mel[:, :40])
    mark = stream.snapshot()
    later = [stream.push(mel[:, 40:48]), stream.push(mel[:, 48:56])]
    stream.push(mel.flip(1))
    stream.restore(mark)
    again = [stream.push(mel[:, 40:48]), stream.push(mel[:, 48:56])]
    assert all(torch.equal(*pair) for pair in zip(later, again, strict=True))


def test_a_short_sound_and_none_have_their_length() -> None:
    mel = frames(-6.0, 0.5)
    for count in (0, 1, 2, 5):
        assert play(mel[:, :count], 8).shape == (count * 512, 2)


def test_an_image_that_is_not_numbers_is_neutral() -> None:
    mel = frames(0.0, 1.0)
    mel[128:] = torch.nan
    assert play(mel, 8).isfinite().all()


def test_a_hop_must_be_in_quarters() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        SpectrogramConfig(hop_length=510, image_groups=16)
