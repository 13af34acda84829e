from __future__ import annotations

import numpy as np
import pytest

from distill_live.errors import LiveError
from distill_live.live.ipc.heard_columns import KEPT_COLUMNS, HeardColumns

CODEC, OTHER = "7ab" * 20, "8ab" * 20


def columns(first: int, count: int) -> np.ndarray:
    """Columns of 2 x 3 codes that say which number they have."""
    return np.broadcast_to(np.arange(first, first + count)[:, None, None], (count, 2, 3))


def write(heard: HeardColumns, first: int, count: int) -> None:
    heard.write(first, columns(first, count), -np.arange(first, first + count, dtype=np.float32))


@pytest.fixture
def heard() -> HeardColumns:
    heard = HeardColumns()
    heard.begin(CODEC, (2, 3), 4_096)
    return heard


def test_the_newest_columns_are_read_however_many_were_written(heard: HeardColumns) -> None:
    for first in range(0, KEPT_COLUMNS + 100, 10):
        write(heard, first, 10)
    found = heard.read(25, CODEC)
    assert found is not None
    end = KEPT_COLUMNS + 100 - (KEPT_COLUMNS + 100) % -10
    assert found.column_samples == 4_096
    np.testing.assert_array_equal(found.codes, columns(end - 25, 25))
    np.testing.assert_array_equal(found.loudness, -np.arange(end - 25, end))
    everything = heard.read(10 * KEPT_COLUMNS, CODEC)
    assert everything is not None and len(everything.codes) == KEPT_COLUMNS


def test_columns_that_are_written_again_replace_those_before(heard: HeardColumns) -> None:
    write(heard, 0, 5)
    heard.write(3, columns(13, 3), np.zeros(3, np.float32))
    found = heard.read(9, CODEC)
    assert found is not None
    assert found.codes[:, 0, 0].tolist() == [0, 1, 2, 13, 14, 15]


def test_there_is_nothing_to_read_of_another_codec_or_before_the_first_column(
    heard: HeardColumns,
) -> None:
    assert heard.read(9, CODEC) is None
    write(heard, 0, 5)
    assert heard.read(9, OTHER) is None
    before = heard.version
    heard.forget()
    assert heard.version != before
    assert heard.read(9, CODEC) is None


def test_a_listener_that_ended_while_it_was_writing_leaves_nothing_and_its_successor_goes_on(
    heard: HeardColumns,
) -> None:
    write(heard, 0, 5)
    heard._open()
    assert heard.read(9, CODEC) is None
    heard.begin(CODEC, (2, 3), 4_096)
    write(heard, 0, 1)
    found = heard.read(9, CODEC)
    assert found is not None and len(found.codes) == 1


def test_columns_with_too_many_codes_are_refused(heard: HeardColumns) -> None:
    with pytest.raises(LiveError, match=r"columns have 1026 codes; .* up to 1024 can"):
        heard.begin(CODEC, (342, 3), 4_096)
