from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from distill_live.errors import DeviceError
from distill_live.outputs.file import FileOutput
from distill_live.outputs.options import OutputOptions
from tests.sound_files import read_audio


class SlowSource:
    """Has sound only every third time it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.position = 0

    def can_fill(self, count: int) -> bool:
        self.asked += 1
        return self.asked % 3 == 0

    def render(self, out: NDArray[np.float32]) -> None:
        assert self.asked % 3 == 0, "rendered without sound"
        out[:, 0] = np.arange(self.position, self.position + len(out)) / 2**16
        self.position += len(out)

    def count_fault(self) -> None:
        pass

    def note_latency(self, seconds: float) -> None:
        pass


def test_the_file_has_the_length_asked_for_and_waits_for_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    output = FileOutput(OutputOptions(output="file", path=path, duration=0.5))
    output.run(SlowSource(), lambda: False)
    output.close()
    samples, rate = read_audio(path)
    assert (len(samples), rate) == (24_000, 48_000)
    np.testing.assert_allclose(samples[:, 0], np.arange(24_000) / 2**16, atol=2**-23)


def test_the_file_has_two_channels(tmp_path: Path) -> None:
    """Width, or a stereo model, may come while it plays."""
    path = tmp_path / "take.wav"
    output = FileOutput(OutputOptions(output="file", path=path, duration=0.1))
    output.run(SlowSource(), lambda: False)
    output.close()
    assert read_audio(path)[0].shape == (4_800, 2)


def test_it_ends_when_it_is_stopped(tmp_path: Path) -> None:
    source = SlowSource()
    output = FileOutput(OutputOptions(output="file", path=tmp_path / "x.wav", duration=1e6))
    output.run(source, lambda: source.position > 5_000)
    output.close()
    assert len(read_audio(tmp_path / "x.wav")[0]) == source.position


def test_a_file_without_a_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="needs a file and a duration"):
        FileOutput(OutputOptions(output="file", path=tmp_path / "x.wav"))
