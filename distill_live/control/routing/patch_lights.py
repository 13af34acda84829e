"""The lights and motor faders of a patch: its mapped MIDI controls with `feedback`.

What is sent to them, and when, is in midi/lights.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from distill_live.control.midi.lights import Light, LightKind
from distill_live.control.patch.schema import ParameterMapping, Patch
from distill_live.control.patch.sources import MidiSource
from distill_live.control.routing.gestures import midi_key


def patch_lights(patch: Patch, travel: Callable[[ParameterMapping], float]) -> list[Light]:
    """The lights of a patch, in its order; `travel` says where a mapping's control should stand.

    A control that is mapped on several channels is lit on the first of them; one that is mapped on
    all channels, on channel 1.
    """
    found = []
    for mapping in patch.map:
        source = mapping.source
        shown = isinstance(mapping, ParameterMapping) and mapping.feedback
        if shown and isinstance(mapping, ParameterMapping) and isinstance(source, MidiSource):
            kind, number = midi_key(source)
            channel = source.channel[0] if source.channel else 1
            device = patch.devices.get(source.device, source.device) if source.device else None
            stand = partial(travel, mapping)
            found.append(Light(cast(LightKind, kind), channel, number or 0, stand, device))
    return found
