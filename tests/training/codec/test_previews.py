import numpy as np
import pytest

from distill_live.audio.dataset import Recording, Recordings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec.previews import Previews


def recordings(*seconds: float) -> Recordings:
    random = np.random.default_rng(0)
    sounds = [random.standard_normal(round(48_000 * one)).astype(np.float32) for one in seconds]
    return Recordings([Recording(f"{n}.wav", one) for n, one in enumerate(sounds)], 48_000, [])


@pytest.mark.parametrize(
    ("epochs", "heard"), [(30, [6, 12, 18, 24, 30]), (24, [5, 10, 14, 19, 24]), (2, [1, 2])]
)
def test_a_few_epochs_are_listened_to_and_the_last_among_them(
    tiny_model: LoadedVQModel, epochs: int, heard: list[int]
) -> None:
    previews = Previews(recordings(0.3), epochs)
    for epoch in range(1, epochs + 1):
        previews.listen(epoch, tiny_model.model, tiny_model.spectrogram)
    assert [epoch for epoch, _ in previews.sounds] == [0, *heard]


def test_it_is_the_end_of_the_longest_recording_and_its_decode(tiny_model: LoadedVQModel) -> None:
    given = recordings(0.5, 4.5, 1.0)
    previews = Previews(given, 1)
    previews.listen(1, tiny_model.model, tiny_model.spectrogram)
    (_, original), (_, decoded) = previews.sounds
    resumed = Previews(recordings(0.3), 1)
    resumed.resume(previews.state())
    np.testing.assert_array_equal(resumed.sounds[1][1], decoded)
    np.testing.assert_array_equal(original, given.recordings[1].samples[-4 * 48_000 :])
    assert decoded.shape == original.shape
    assert np.abs(decoded).max() > 0


def test_it_has_the_clarity_that_the_codec_needs_for_the_part_that_it_learns(
    tiny_model: LoadedVQModel,
) -> None:
    given = recordings(6.0)
    heard = []
    for changed in (slice(0, 0), slice(100_000, 110_000), slice(-10, None)):
        other = recordings(6.0)
        other.recordings[0].samples[changed] *= 0.1
        previews = Previews(other, 1)
        # The same end of the recording, whatever came before it.
        previews._end = Recording("end.wav", given.recordings[0].samples[-4 * 48_000 :])
        previews.listen(1, tiny_model.model, tiny_model.spectrogram)
        heard.append(previews.sounds[1][1])
    assert (heard[0] != heard[1]).any()
    np.testing.assert_array_equal(heard[0], heard[2])
