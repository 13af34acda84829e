import numpy as np
import pytest

from distill_live.codes.codebook_geometry import neutral_codes
from distill_live.errors import CodesError
from distill_live.inference.preview import (
    entry_column,
    entry_orders,
    held_mels,
    only_level,
)
from distill_live.models.file.loaded import LoadedVQModel


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_entry_stands_in_all_bands_among_neutral_codes(
    tiny_model: LoadedVQModel, level: int
) -> None:
    column = entry_column(tiny_model, level, 5)
    expected = np.tile(neutral_codes(tiny_model.codebooks), (8, 1))
    expected[:, level] = 5
    assert (column == expected).all()


def test_bands_without_the_entry_are_as_quiet_as_they_can_be(tiny_model: LoadedVQModel) -> None:
    low = np.arange(8) < 3
    column = entry_column(tiny_model, 1, 5, low)
    assert (column[low] == entry_column(tiny_model, 1, 5)[low]).all()
    quietest = int(entry_orders(tiny_model)[0, 0])
    assert (column[~low] == entry_column(tiny_model, 0, quietest)[~low]).all()


@pytest.mark.parametrize("code", [-1, 16])
def test_a_code_above_the_codebook_is_refused(tiny_model: LoadedVQModel, code: int) -> None:
    with pytest.raises(CodesError, match=r"legal: 0\.\.15"):
        entry_column(tiny_model, 0, code)


def test_an_order_has_every_code_once_and_its_louder_end_last(tiny_model: LoadedVQModel) -> None:
    for level, order in enumerate(entry_orders(tiny_model)):
        assert sorted(order.tolist()) == list(range(16))
        first, last = (
            held_mels(tiny_model, entry_column(tiny_model, level, int(code))).mean()
            for code in (order[0], order[-1])
        )
        assert first <= last


def test_a_level_alone_is_among_neutral_codes(tiny_model: LoadedVQModel) -> None:
    books = tiny_model.codebooks
    codes = np.random.default_rng(0).integers(0, 16, (4, 8, 3))
    alone = only_level(codes, 2, books)
    assert (alone[..., 2] == codes[..., 2]).all()
    assert (alone[..., :2] == neutral_codes(books)[:2]).all()
