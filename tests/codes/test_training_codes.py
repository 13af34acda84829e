import numpy as np

from distill_live.codes.training_codes import WINDOW_COLUMNS, CodeTape, TapeWindow

WORTH = np.ones(6, dtype=np.uint16)


def grids(*columns: int) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [random.integers(0, 50, (count, 2, 3)) for count in columns]


def push_all(window: TapeWindow[np.uint16], grid: np.ndarray) -> np.ndarray:
    return [window.push(column, WORTH) for column in grid][-1]


def test_a_window_is_found_where_it_stands() -> None:
    recordings = grids(20, 30, 25)
    tape = CodeTape(recordings)
    agreeing = push_all(TapeWindow(tape), recordings[1][5 : 5 + WINDOW_COLUMNS])
    assert tape.place(int(agreeing.argmax())) == (1, 5 + WINDOW_COLUMNS - 1)
    assert agreeing.max() == 6 * WINDOW_COLUMNS
    assert np.sort(agreeing)[-2] < 6 * WINDOW_COLUMNS / 4


def test_no_window_lies_in_two_recordings() -> None:
    first, second = grids(20, 20)
    joined = np.concatenate([first[-4:], second[:4]])
    assert push_all(TapeWindow(CodeTape([first, second])), joined).max() <= 6 * 4 + 6


def test_what_agrees_depends_on_the_last_columns_alone() -> None:
    recordings = grids(40, 30)
    window, fresh = (TapeWindow[np.uint16](CodeTape(recordings), 4) for _ in range(2))
    push_all(window, recordings[0])
    again = push_all(window, recordings[1][:4])
    np.testing.assert_array_equal(again, push_all(fresh, recordings[1][:4]))
    window.clear()
    assert not window.is_full
    np.testing.assert_array_equal(again, push_all(window, recordings[1][:4]))
    assert window.is_full


def test_a_code_counts_what_it_is_worth() -> None:
    (recording,) = grids(10)
    worth = np.arange(6, dtype=np.float32)
    agreeing = TapeWindow[np.float32](CodeTape([recording])).push(recording[3], worth)
    assert agreeing[3] == worth.sum()
