from __future__ import annotations

from collections.abc import Sequence

from distill_live.control.midi.lights import MidiLights
from distill_live.control.patch.schema import Patch
from distill_live.control.routing.patch_lights import patch_lights
from tests.control.conftest import TABLE, Desk


def test_controls_with_feedback_show_what_else_moves_their_parameter(desk: Desk) -> None:
    document = {
        "version": 1,
        "devices": {"nano": "nanoKONTROL2"},
        "map": [
            {"from": {"cc": 32, "device": "nano", "mode": "toggle"}, "to": "edit/mask/on",
             "feedback": True},
            {"from": {"cc": 7, "bits": 14, "channel": [3, 4]}, "to": "gain", "range": [0, 1],
             "invert": True, "feedback": True},
            {"from": {"note": 36}, "to": "temperature/texture", "feedback": True},
            {"from": {"bend": True}, "to": "steer/loudness", "feedback": True},
            {"from": {"cc": 9}, "to": "width"},
            {"from": {"cc": 10}, "do": "play"},
        ],
    }  # fmt: skip
    patch = Patch.model_validate(document, context=TABLE)
    desk.router.use_patch(patch)
    sent: list[tuple[str | None, list[int]]] = []

    def send(device: str | None, message: Sequence[int]) -> None:
        sent.append((device, list(message)))

    feedback = MidiLights(send, clock=lambda: desk.now)
    feedback.use(patch_lights(patch, desk.router.travel))
    feedback.tick(0.0)
    # A level that the model lacks, and a parameter that is off, show nothing.
    assert sent == [
        ("nanoKONTROL2", [0xB0, 32, 0]), (None, [0xB2, 7, 0]), (None, [0xB2, 39, 0]),
        (None, [0x90, 36, 0]), (None, [0xE0, 0, 0]),
    ]  # fmt: skip
    sent.clear()
    desk.osc("/distill/edit/mask/on", [1])
    desk.osc("/distill/gain", [0.0])
    feedback.tick(1.0)
    assert sent == [
        ("nanoKONTROL2", [0xB0, 32, 127]), (None, [0xB2, 7, 127]), (None, [0xB2, 39, 127]),
    ]  # fmt: skip
