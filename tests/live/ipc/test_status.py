import pytest

from distill_live.live.ipc.status import EngineStatus, LiveStatus


def test_fields_are_set_and_counted_and_begin_at_zero_again_after_a_reset() -> None:
    status = LiveStatus()
    status["peak"] = 0.5
    status.add("blocks")
    status.add("blocks", 2)
    assert (status["peak"], status["blocks"], status["played"]) == (0.5, 3, 0)
    status.reset()
    assert all(status[name] == 0 for name in LiveStatus.FIELDS)


def test_a_field_of_the_other_status_is_unknown() -> None:
    with pytest.raises(KeyError):
        LiveStatus()["engine_beat"]
    with pytest.raises(KeyError):
        EngineStatus()["audio_beat"] = 1.0
