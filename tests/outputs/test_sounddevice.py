"""A real PortAudio stream into a software sound card, whose recording is checked."""

import subprocess
import sys

import numpy as np
import pytest

from distill_live.errors import DeviceError
from distill_live.outputs.sounddevice import choose_channels
from tests.sound_card import Recording, SoundCard


def run_python(card: SoundCard, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=card.environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_every_sample_arrives_once_and_in_order() -> None:
    with SoundCard() as card, Recording(card) as recording:
        played = run_python(card, "-m", "tests.outputs.play_ramp", "4")
        assert played.returncode == 0, played.stderr
        assert "48000 Hz" in played.stdout
        recording.wait_seconds(1)
    numbers = np.rint(recording.recorded[:, 0].astype(np.float64) * 2**24).astype(int)
    heard = numbers[numbers > 0]
    assert len(heard) > 3 * 48_000
    assert (np.diff(heard) == 1).all()
    np.testing.assert_array_equal(recording.recorded[:, 0], -recording.recorded[:, 1])


def test_channels_that_are_not_chosen_are_silent() -> None:
    with SoundCard() as card, Recording(card) as recording:
        played = run_python(card, "-m", "tests.outputs.play_ramp", "1", "2")
        assert played.returncode == 0, played.stderr
        recording.wait_seconds(1)
    assert (recording.recorded[:, 0] == 0).all()
    assert recording.recorded[:, 1].any()


def test_the_channels_chosen_get_left_and_right_in_their_order() -> None:
    with SoundCard() as card, Recording(card) as recording:
        played = run_python(card, "-m", "tests.outputs.play_ramp", "1", "2", "1")
        assert played.returncode == 0, played.stderr
        recording.wait_seconds(1)
    left, right = recording.recorded[:, 1], recording.recorded[:, 0]
    assert left.max() > 0
    np.testing.assert_array_equal(left, -right)


def test_without_a_choice_the_first_two_channels_sound() -> None:
    assert choose_channels(None, "card", 8) == (1, 2)
    assert choose_channels(None, "card", 1) == (1,)


def test_channels_that_a_device_lacks_are_refused_with_how_many_it_has() -> None:
    assert choose_channels((3, 4), "card", 4) == (3, 4)
    for wanted in ((4, 5), (0,), ()):
        with pytest.raises(DeviceError, match=r"card has 4 channels; .* from 1 to 4, not "):
            choose_channels(wanted, "card", 4)


def test_an_unknown_device_is_refused_with_the_names_of_those_there() -> None:
    code = (
        "from distill_live.outputs.sounddevice import SoundDeviceOutput as S\n"
        "from distill_live.outputs.options import OutputOptions as O\n"
        "from distill_live.errors import DeviceError\n"
        "try: S(O(audio_device='nobody'))\n"
        "except DeviceError as error: print(error)\n"
    )
    with SoundCard() as card:
        said = run_python(card, "-c", code).stdout
    assert said.startswith("no audio device is called 'nobody'; available: ")
    assert "'pulse'" in said


def test_devices_are_listed() -> None:
    code = (
        "from distill_live.outputs.portaudio import list_devices\n"
        "for kind in ('output', 'input'):\n"
        "    print([d['name'] for d in list_devices(kind) if d['channels'] and d['sample_rate']])"
    )
    with SoundCard() as card:
        assert "'pulse'" in run_python(card, "-c", code).stdout


def test_an_output_that_is_made_again_finds_the_devices_that_there_are_now() -> None:
    code = (
        "import sys\n"
        "from distill_live.outputs.sounddevice import SoundDeviceOutput as S\n"
        "from distill_live.outputs.options import OutputOptions as O\n"
        "from distill_live.errors import DeviceError\n"
        "for line in sys.stdin:\n"
        "    try: print(S(O(audio_device='pulse')).describe(), flush=True)\n"
        "    except DeviceError: print('none', flush=True)\n"
    )
    with SoundCard() as card, subprocess.Popen(
        [sys.executable, "-c", code], env=card.environment, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None

        def ask() -> str:
            process.stdin.write("\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        card.unplug()
        assert ask() == "none"
        card.plug_in()
        assert ask() == "pulse at 48000 Hz"
        card.unplug()
        assert ask() == "none"
        process.stdin.close()
