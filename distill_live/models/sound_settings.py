"""How codes become sound: the parameters of decoding, live and offline."""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.errors import ParameterError
from distill_live.parameters import PARAMETERS

_CLARITY, _GRAIN, _REACH = "clarity", "grain", "grain_reach"


@dataclass(frozen=True)
class SoundSettings:
    """The parameters of decoding: `clarity`, 0..1.5; `grain`, 0..1, how much of the sound is
    grains; `reach`, 1..40 dB, how far a grain may be from what was decoded.

    Without clarity or grains in a model, its numbers have no effect. Raises ParameterError for
    numbers out of range.
    """

    clarity: float = PARAMETERS[_CLARITY].default
    grain: float = PARAMETERS[_GRAIN].default
    reach: float = PARAMETERS[_REACH].default

    def __post_init__(self) -> None:
        given = {_CLARITY: self.clarity, _GRAIN: self.grain, _REACH: self.reach}
        for name, value in given.items():
            parameter = PARAMETERS[name]
            if parameter.clip(value) != value:
                raise ParameterError(f"{name} must be {parameter.legal()}, not {value!r:.40}")


#: The settings unless others are asked for.
USUAL_SOUND = SoundSettings()
