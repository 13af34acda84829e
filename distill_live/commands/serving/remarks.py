"""Tells whoever moves a parameter why that has no effect, such as an edit without its clip."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

from distill_live.codes.edit import SWITCH, Edit, Traits, is_switch, parameter_name
from distill_live.codes.edit_rack import EDIT_SLOT
from distill_live.control.namespace.address import ROOT
from distill_live.parameters import CODE_UNIT, LEVELS_LIMIT, PARAMETERS, SECTION, STEERING

if TYPE_CHECKING:
    from distill_live.control.feedback.outcomes import Outcomes
    from distill_live.control.namespace.address import Sender
    from distill_live.control.presets.presets import Presets
    from distill_live.control.timing.tempo import Tempo
    from distill_live.live.server.server import Server
    from distill_live.parameters import ParameterStore

#: Says why a parameter has no effect now, or another one than its value says; "" if it has.
Check = Callable[[], str]

#: The parameter that a clip leads, in the slot of the same name.
_MANNER = "manner"
#: The edit that can be of one band.
_BAND = "edit/freeze/band"
#: The parameters of grains.
_GRAINS = ("grain", "grain_reach")
#: The parameters that steer, once they are not off.
_STEERS = tuple(name for name in STEERING if PARAMETERS[name].optional and name != SECTION)


class Remarks:
    """Answers a parameter that was moved and has no effect as an error, once, until it has one.

    `edits` are those that are installed, `has_link` says whether the server joins a Link session,
    and `say` takes a line of text for people. `presets` are those that can be recalled. `touched`,
    `recalled` and `settle` may be called from any thread;
    `tick` many times a second, on the main thread, after the server has carried out its requests.
    """

    def __init__(
        self,
        server: Server,
        store: ParameterStore,
        edits: Collection[Edit],
        tempo: Tempo,
        presets: Presets,
        has_link: bool,
        outcomes: Outcomes,
        say: Callable[[str], None],
    ) -> None:
        self._server, self._store, self._tempo = server, store, tempo
        self._presets, self._has_link = presets, has_link
        self._outcomes, self._say = outcomes, say
        of_clips = self._checks_of_clips(edits)
        #: What a preset can switch on, without the clip for it.
        self._need_clips = frozenset(of_clips)
        checks = (
            self._checks_of_codes(edits)
            | of_clips
            | {
                "clarity": self._lacks_clarity,
                **{name: partial(self._lacks_grains, name) for name in _GRAINS},
                "tempo": self._lacks_tempo,
                "link_start_stop": self._lacks_link,
                _BAND: self._lacks_band,
                **dict.fromkeys(_STEERS, self._lacks_steering),
                SECTION: self._lacks_sections,
            }
        )
        self._checks = {name: check for name, check in checks.items() if name in store.table}
        self._switches = frozenset(filter(is_switch, store.table))
        self._lock = threading.Lock()
        # Moved in the change that is being made; by one that is done; by one that was done when
        # the server carried out its requests last, among which a clip may have been chosen.
        self._fresh: dict[str, None] = {}
        self._settled: dict[str, None] = {}
        self._ripe: dict[str, None] = {}
        self._told: dict[str, str] = {}

    def touched(self, sender: Sender, name: str) -> None:
        """Note that a sender moves a parameter, or PARAMETER/LEVEL."""
        if name not in self._store.table:
            name = name.rpartition("/")[0]
        if sender is None or not (name in self._checks or name in self._switches):
            return
        self._outcomes.moved(name, sender)
        if name in self._checks:
            self._fresh[name] = None

    def recalled(self, sender: Sender) -> None:
        """Note that a sender has recalled the current preset."""
        for name in self._need_clips & self._presets.goals:
            self.touched(sender, name)

    def settle(self) -> None:
        """A change is done, with all requests that it makes."""
        if self._fresh:
            with self._lock:
                self._settled |= self._fresh
            self._fresh = {}

    def tick(self) -> None:
        """Tell of what was moved and has no effect."""
        moving = self._presets.moving
        waiting = {name: None for name in self._ripe if name in moving}
        for name in self._ripe:
            if name in waiting:
                continue
            reason = self._checks[name]()
            if reason and reason != self._told.get(name):
                self._say(reason)
                self._outcomes.tell(name, reason, failed=True)
            self._told[name] = reason
        with self._lock:
            self._ripe, self._settled = waiting | self._settled, {}

    def _checks_of_clips(self, edits: Iterable[Edit]) -> dict[str, Check]:
        """The checks of what needs a clip: switches of edits, by their full names, and `manner`."""
        checks: dict[str, Check] = {_MANNER: partial(self._lacks_clip, _MANNER, _MANNER)}
        for edit in edits:
            traits = Traits.of(edit)
            if traits.partner and traits.scope == "stream":
                own = traits.switch == parameter_name(edit.name, SWITCH)
                slot = EDIT_SLOT if own else traits.switch
                checks[traits.switch] = partial(self._lacks_clip, traits.switch, slot)
        return checks

    def _checks_of_codes(self, edits: Iterable[Edit]) -> dict[str, Check]:
        """The checks of the codes of edits, by their full names."""
        names = [
            parameter_name(edit.name, parameter.name)
            for edit in edits
            for parameter in edit.parameters
            if parameter.unit == CODE_UNIT
        ]
        return {name: partial(self._lacks_code, name) for name in names}

    def _lacks_clip(self, name: str, slot: str) -> str:
        on = any(self._store.levels(name, LEVELS_LIMIT))
        if not on or self._server.clips.slots.chosen[slot]:
            return ""
        choose = f"choose one with {ROOT}/{slot}/clip NAME"
        if not any(clip.usable for clip in self._server.clips.listing):
            choose = (
                f"make one with {ROOT}/clip/load NAME FILE or {ROOT}/capture SECONDS NAME, then "
                f"{choose}"
            )
        return f"{name} has no effect without a clip: {choose}"

    def _lacks_code(self, name: str) -> str:
        blank = self._server.deck.blank
        if blank is None or self._store[name] < blank.codebook_size:
            return ""
        highest = blank.codebook_size - 1
        return f"{name}: the model has codes 0..{highest}; higher numbers play as {highest}"

    def _lacks_band(self) -> str:
        blank = self._server.deck.blank
        if blank is None or self._store[_BAND] <= blank.codes.shape[1]:
            return ""
        bands = blank.codes.shape[1]
        return f"{_BAND}: the model has bands 1..{bands}; higher numbers freeze nothing"

    def _lacks_steering(self) -> str:
        deck = self._server.deck
        if deck.steers or all(math.isnan(self._store[name]) for name in _STEERS):
            return ""
        return f"steering has no effect: the model {deck.name} cannot be steered"

    def _lacks_sections(self) -> str:
        deck = self._server.deck
        if deck.training_files or math.isnan(self._store[SECTION]):
            return ""
        return (
            f"{SECTION} has no effect: the model {deck.name} has no codes of its recordings, from "
            "which sections are made"
        )

    def _lacks_clarity(self) -> str:
        deck = self._server.deck
        if deck.has_clarity:
            return ""
        return (
            f"clarity has no effect: it was not measured for the model {deck.name} (see "
            "`distill-live models refresh`)"
        )

    def _lacks_grains(self, name: str) -> str:
        deck = self._server.deck
        if not deck.has_grains:
            return (
                f"{name} has no effect: the model {deck.name} has no grains that fit it (see "
                "`distill-live models refresh`)"
            )
        if name != "grain" and self._store["grain"] == 0:
            return f"{name} has no effect while grain is 0"
        return ""

    def _lacks_tempo(self) -> str:
        if self._tempo.source != "midi":
            return ""
        return (
            "tempo has no effect while the MIDI clock is the master: "
            f"{ROOT}/tempo_source internal lets you set it"
        )

    def _lacks_link(self) -> str:
        if self._has_link or not self._store["link_start_stop"]:
            return ""
        return "link_start_stop has no effect without Ableton Link: start with `serve --link`"
