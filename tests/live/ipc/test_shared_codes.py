"""Codes from control to an engine, through files."""

from pathlib import Path

import numpy as np
import pytest

from distill_live.errors import CodesError
from distill_live.live.ipc.shared_codes import KEPT_FILES, CodeFiles

CODES = np.random.default_rng(0).integers(0, 512, (5, 8, 3))


def test_codes_come_over_as_they_are() -> None:
    files = CodeFiles()
    read = files.share(CODES).read()
    np.testing.assert_array_equal(read, CODES)
    assert read.dtype == np.int64
    files.close()


def test_a_file_stays_until_many_others_were_retired_after_it() -> None:
    files = CodeFiles()
    kept, gone = files.share(CODES), files.share_once(CODES)
    for _ in range(KEPT_FILES):
        assert gone.path.exists()
        files.share_once(CODES)
    with pytest.raises(CodesError, match="its codes are no longer there"):
        gone.read()
    assert kept.read().shape == CODES.shape
    files.close()


def test_codes_that_cannot_be_written_say_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    expected = f"cannot write codes to {tmp_path / 'missing'}: No such file or directory"
    with pytest.raises(CodesError) as caught:
        CodeFiles().share(CODES)
    assert str(caught.value) == expected


def test_nothing_is_left_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = CodeFiles()
    files.share(CODES)
    files.close()
    assert list(tmp_path.iterdir()) == []
