"""Codes to samples, column by column, from the beginning and from the middle of a segment."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from distill_live.codes.timeline import Codes
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.models.codec.clarity import Clarity
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import SoundSettings

COLUMNS = 14
GAINS = Clarity(tuple(np.linspace(1.0, 3.0, 128).tolist()))


@pytest.fixture(params=["three levels", "two levels", "a lookahead", "a neural vocoder"])
def model(
    request: pytest.FixtureRequest, tiny_model: LoadedVQModel, tiny_two_levels: LoadedVQModel,
    tiny_neural: LoadedVQModel,
) -> LoadedVQModel:  # fmt: skip
    if request.param == "a neural vocoder":
        return tiny_neural
    if request.param == "a lookahead":
        torch.manual_seed(2)
        codec = ConvVQVAE(replace(tiny_model.model.config, lookahead_columns=1)).eval()
        torch.nn.init.normal_(codec.quantizer.codebooks)
        return replace(tiny_model, model=codec)
    return tiny_model if request.param == "three levels" else tiny_two_levels


@pytest.fixture
def grid(model: LoadedVQModel) -> Codes:
    config = model.model.config
    shape = (COLUMNS, config.bands, config.num_quantizers)
    return np.random.default_rng(0).integers(0, config.codebook_size, shape)


def test_grains_are_ready_before_the_first_column(tiny_grainy_path: Path) -> None:
    loaded = load_model_v2(tiny_grainy_path)
    assert loaded.grains is not None
    ColumnDecoder(loaded)
    made = vars(loaded.grains).keys()
    assert {"sound", "matcher", "equaliser", "window", "bank", "sizes"} <= made


def push(stream: ColumnDecoder, codes: Codes) -> list[np.ndarray]:
    return [stream.push(codes[number : number + 1]) for number in range(len(codes))]


def test_every_column_completes_the_samples_from_its_start_on(
    model: LoadedVQModel, grid: Codes
) -> None:
    stream = ColumnDecoder(model)
    made = 0
    for column, samples in enumerate(push(stream, grid)):
        assert stream.start_of(column) == made
        made += len(samples)
    assert stream.start_of(COLUMNS) == made


@pytest.mark.parametrize("before", [0, 1, 2, 3, 8])
def test_from_the_middle_it_continues_at_the_sample_where_the_columns_before_it_end(
    model: LoadedVQModel, grid: Codes, before: int
) -> None:
    stream = ColumnDecoder(model)
    stream.begin(8, grid[8 - before : 8])
    made = stream.start_of(8)
    for column, samples in enumerate(push(stream, grid[8:]), 8):
        assert stream.start_of(column) == made
        made += len(samples)


def test_the_column_of_a_sample_is_the_one_that_completes_it(model: LoadedVQModel) -> None:
    stream = ColumnDecoder(model)
    for column in range(2, COLUMNS):
        start, end = stream.start_of(column), stream.start_of(column + 1)
        assert {stream.column_of(start), stream.column_of(end - 1)} == {column}


def test_after_as_many_columns_as_reach_into_it_the_mels_are_what_they_always_are(
    model: LoadedVQModel, grid: Codes
) -> None:
    whole = model.model.stream()
    mels = [whole.push(grid[number : number + 1]) for number in range(COLUMNS)]
    stream = ColumnDecoder(model)
    stream.begin(10, grid[10 - stream.past_columns : 10])
    decoder = model.model.stream()
    decoder.restore(stream.mark().codec)
    for column in range(10, COLUMNS):
        assert torch.equal(decoder.push(grid[column : column + 1]), mels[column])


def test_with_all_columns_there_are_the_mels_are_those_of_the_beginning(
    model: LoadedVQModel, grid: Codes
) -> None:
    whole = model.model.stream()
    mels = [whole.push(grid[number : number + 1]) for number in range(4)]
    stream = ColumnDecoder(model)
    stream.begin(2, grid[:2])
    decoder = model.model.stream()
    decoder.restore(stream.mark().codec)
    for column in (2, 3):
        assert torch.equal(decoder.push(grid[column : column + 1]), mels[column])


def test_a_mark_is_gone_on_from_to_the_sample_as_often_as_wanted(
    model: LoadedVQModel, grid: Codes
) -> None:
    stream = ColumnDecoder(model)
    push(stream, grid[:5])
    mark = stream.mark()
    first = np.concatenate(push(stream, grid[5:8]))
    for _ in range(2):
        push(stream, grid[9:])
        stream.begin(3, grid[1:3])
        stream.restore(mark)
        assert stream.start_of(5) == 5 * stream.column_samples - delay(model)
        np.testing.assert_array_equal(np.concatenate(push(stream, grid[5:8])), first)


def delay(model: LoadedVQModel) -> int:
    ahead = model.model.config.lookahead_columns
    return model.vocoder.delay_samples + ahead * model.column_samples


def test_the_rest_completes_the_columns_pushed_and_leaves_the_decoder_as_it_was(
    model: LoadedVQModel, grid: Codes
) -> None:
    plain, asked = ColumnDecoder(model), ColumnDecoder(model)
    push(plain, grid[:6]), push(asked, grid[:6])
    rest = asked.rest()
    config = model.model.config
    end = asked.start_of(6) + len(rest)
    assert end == (6 - config.lookahead_columns) * asked.column_samples
    np.testing.assert_array_equal(asked.rest(), rest)
    for one, other in zip(push(plain, grid[6:]), push(asked, grid[6:]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_clarity_is_as_it_was_set_last_whatever_is_begun_or_restored(
    model: LoadedVQModel, grid: Codes
) -> None:
    plain, stream = ColumnDecoder(model), ColumnDecoder(replace(model, clarity=GAINS))
    np.testing.assert_array_equal(np.concatenate(push(stream, grid)),
                                  np.concatenate(push(plain, grid)))  # fmt: skip
    mark = stream.mark()
    stream.sound = SoundSettings(1.0)
    stream.restore(mark)
    assert stream.sound == SoundSettings(1.0)
    assert (push(stream, grid[:1])[0] != push(plain, grid[:1])[0]).any()
    begun = ColumnDecoder(replace(model, clarity=GAINS))
    begun.sound = SoundSettings(1.0)
    for one in (stream, begun):
        one.begin(8, grid[:8])
    np.testing.assert_array_equal(np.concatenate(push(stream, grid[8:])),
                                  np.concatenate(push(begun, grid[8:])))  # fmt: skip


def test_a_stereo_models_columns_begin_where_the_ones_before_end(
    tiny_stereo: LoadedVQModel,
) -> None:
    decoder, end = ColumnDecoder(tiny_stereo), 0
    for column in range(4):
        assert decoder.start_of(column) == end
        made = decoder.push(np.full((1, 8, 3), column, np.int64))
        assert made.shape[1:] == (2,)
        end += len(made)
    assert decoder.start_of(4) == end
