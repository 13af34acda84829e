from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.codec.config import CodecTrainingConfig, get_adaptive_codec_config
from distill_live.training.data.augmentation import get_adaptive_augmentation


def test_a_small_set_gets_the_default_steps() -> None:
    codec = VQVAEConfig(codebook_size=64)
    config = get_adaptive_codec_config(codec, columns=640)
    assert config.codec is codec
    assert config.steps_per_epoch == CodecTrainingConfig().steps_per_epoch
    assert config.augmentation == get_adaptive_augmentation(640 * 8)


def test_an_epoch_sees_as_many_columns_as_there_are() -> None:
    config = get_adaptive_codec_config(VQVAEConfig(), columns=100_000)
    assert config.steps_per_epoch * config.batch_crops * config.crop_columns >= 100_000
