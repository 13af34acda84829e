from dataclasses import replace

import pytest
import torch

from distill_live.audio.dataset import Recordings
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.training.codec.config import (
    CodecTrainingConfig,
    get_adaptive_codec_config,
    get_started_codec_config,
)
from distill_live.training.codec.start import differences, take_over
from distill_live.training.codec.trainer import train_codec
from tests.training.codec.test_trainer import CONFIG, recordings  # noqa: F401

SHAPE = CONFIG.codec
STEREO = replace(SHAPE, image_groups=16)


@pytest.mark.parametrize(("start", "new"), [(SHAPE, SHAPE), (SHAPE, STEREO), (STEREO, SHAPE)])
def test_encoder_and_decoder_are_taken_over_and_what_only_one_has_stays(
    start: VQVAEConfig, new: VQVAEConfig
) -> None:
    known, codec = ConvVQVAE(start), ConvVQVAE(replace(new, codebook_size=8, num_quantizers=2))
    with torch.no_grad():
        for weight in known.parameters():
            weight.normal_()
    before = {name: weight.clone() for name, weight in codec.state_dict().items()}
    take_over(known, codec)
    theirs = known.state_dict()
    for name, weight in codec.state_dict().items():
        taken = name in theirs and not name.startswith("quantizer.")
        assert torch.equal(weight, theirs[name] if taken else before[name])


def test_codebooks_and_stereo_may_differ_and_nothing_else() -> None:
    assert differences(SHAPE, replace(STEREO, codebook_size=8, num_quantizers=2)) == []
    assert differences(SHAPE, replace(SHAPE, width=32, column_frames=4)) == [
        "column_frames is 8, not 4", "width is 24, not 32",
    ]  # fmt: skip


def test_a_started_codec_trains_for_a_quarter_of_the_epochs_at_half_the_rates() -> None:
    new = get_adaptive_codec_config(SHAPE, columns=640)
    started = get_started_codec_config(new)
    assert (new.epochs, started.epochs) == (40, 10)
    assert (started.hidden_rate, started.rate) == (new.hidden_rate / 2, new.rate / 2)
    assert get_started_codec_config(CodecTrainingConfig(epochs=1)).epochs == 1


def test_what_was_learned_from_other_sounds_is_an_advantage(
    recordings: Recordings,  # noqa: F811
) -> None:
    one, other = recordings.recordings[:1], recordings.recordings[1:]
    known = train_codec(
        replace(recordings, recordings=other), replace(CONFIG, epochs=2, steps_per_epoch=20)
    )
    short = replace(CONFIG, epochs=1)
    new = replace(recordings, recordings=one)
    started = train_codec(new, short, start=known.model).history[0]
    assert started.training_db < 0.9 * train_codec(new, short).history[0].training_db
