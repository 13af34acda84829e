import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.errors import NoPriorError, ParameterError
from distill_live.inference.codes import decode, encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from distill_live.models.sound_settings import SoundSettings


def test_the_same_seed_gives_the_same_bytes(tiny_model: LoadedVQModel) -> None:
    one, seed = generate_audio_from_prior(tiny_model, duration_s=0.5, seed=7)
    two, _ = generate_audio_from_prior(tiny_model, duration_s=0.5, seed=7)
    other, _ = generate_audio_from_prior(tiny_model, duration_s=0.5, seed=8)
    assert seed == 7
    assert one.tobytes() == two.tobytes()
    assert one.tobytes() != other.tobytes()


def test_the_sound_is_as_long_as_asked_for(tiny_model: LoadedVQModel) -> None:
    for duration_s in (0.01, 0.5, 0.51):
        audio, _ = generate_audio_from_prior(tiny_model, duration_s=duration_s, seed=1)
        assert audio.dtype == np.float32
        assert audio.shape == (round(duration_s * 48_000),)


def test_clarity_is_heard_and_changes_no_codes(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel
) -> None:
    columns: list[list[np.ndarray]] = [[], [], []]
    plain, flat, clear = (
        generate_audio_from_prior(
            loaded, duration_s=0.3, seed=1, sound=SoundSettings(amount), on_column=drawn.append
        )[0].tobytes()
        for loaded, amount, drawn in zip(
            (tiny_model, tiny_clear, tiny_clear), (1.0, 0.0, 1.0), columns, strict=True
        )
    )
    assert plain == flat != clear
    np.testing.assert_array_equal(columns[0], columns[2])
    with pytest.raises(ParameterError, match="clarity must be"):
        generate_audio_from_prior(tiny_clear, duration_s=0.1, sound=SoundSettings(2.0))


def test_a_longer_sound_begins_like_a_shorter_one(tiny_model: LoadedVQModel) -> None:
    short, _ = generate_audio_from_prior(tiny_model, duration_s=0.3, seed=1)
    long, _ = generate_audio_from_prior(tiny_model, duration_s=0.6, seed=1)
    np.testing.assert_array_equal(long[: len(short)], short)


def test_the_sound_is_that_of_the_sampled_codes_decoded(tiny_model: LoadedVQModel) -> None:
    audio, _ = generate_audio_from_prior(
        tiny_model, 0.8, (5, 0, 0), 0.0, duration_s=0.5, seed=3, min_p=0.1, repetition=-0.5
    )
    session = open_session(tiny_model.require_prior(), 3)
    with torch.inference_mode():
        codes = [session.step(Sampling(0.8, (5, 0, 0), 0.0, 0.1, -0.5)) for _ in range(8)]
    grid = encode(tiny_model, np.zeros(1, np.float32))
    whole = decode(tiny_model, type(grid)(**{**vars(grid), "codes": np.concatenate(codes)}))
    np.testing.assert_array_equal(whole[: len(audio)], audio)


def test_without_a_seed_the_one_that_was_drawn_is_reported(tiny_model: LoadedVQModel) -> None:
    audio, seed = generate_audio_from_prior(tiny_model, duration_s=0.1)
    again, _ = generate_audio_from_prior(tiny_model, duration_s=0.1, seed=seed)
    assert audio.tobytes() == again.tobytes()


def test_progress_goes_up_to_one(tiny_model: LoadedVQModel) -> None:
    seen: list[float] = []
    generate_audio_from_prior(tiny_model, duration_s=0.5, seed=1, progress_callback=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_an_overlap_is_ignored_with_one_warning(tiny_model: LoadedVQModel) -> None:
    plain, _ = generate_audio_from_prior(tiny_model, duration_s=0.1, seed=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        audio, _ = generate_audio_from_prior(
            tiny_model, duration_s=0.1, seed=1, overlap_samples=2400
        )
    assert len(caught) == 1
    assert audio.tobytes() == plain.tobytes()


def test_a_model_without_a_prior_is_refused(tiny_model: LoadedVQModel) -> None:
    codec_only = replace(tiny_model, prior=None)
    with pytest.raises(NoPriorError, match="has no prior, so it cannot play; train one: "):
        generate_audio_from_prior(codec_only, duration_s=0.1)


def test_settings_out_of_range_are_refused(tiny_model: LoadedVQModel) -> None:
    with pytest.raises(ParameterError, match="min_p must be 0"):
        generate_audio_from_prior(tiny_model, duration_s=0.1, min_p=1.5)


def test_a_stereo_model_generates_left_and_right(tiny_stereo: LoadedVQModel) -> None:
    audio, _ = generate_audio_from_prior(tiny_stereo, duration_s=1.0, seed=1)
    assert audio.shape == (48_000, 2)
    assert audio.any(axis=0).all()
    assert not np.array_equal(audio[:, 0], audio[:, 1])
