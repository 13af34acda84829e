"""Changes what has not been heard yet: what the parameters, the edits and the requests ask for
becomes one new future after the other, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import EditSettings, Partner
from distill_live.errors import CodesError
from distill_live.live.editing.edit_requests import EditRequests
from distill_live.live.engine.generator import StreamGenerator
from distill_live.live.engine.motion_requests import MotionRequests
from distill_live.live.engine.parameter_reader import ParameterReader
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.engine.teller import Teller
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.pacing.longest import Longest

#: A change may take this many times as long as the longest one of the last seconds. Slow changes,
#: such as several edits switched on together, often follow one another.
_LONGER, _MEMORY_SECONDS = 1.5, 10.0


class Changes:
    """Knows what is due. A column lasts `column_seconds`; `say` takes a line of text for the
    performer.

    With `goes_on`, another engine has drawn columns before.
    """

    def __init__(
        self,
        generator: StreamGenerator,
        rack: EditRack,
        parameters: ParameterReader,
        motion: MotionRequests,
        edit_requests: EditRequests,
        teller: Teller,
        settings: EngineSettings,
        column_seconds: float,
        say: Callable[[str], None],
        goes_on: bool,
    ) -> None:
        self._generator, self._rack, self._parameters = generator, rack, parameters
        self._motion, self._edit_requests = motion, edit_requests
        self._painter, self._teller = edit_requests.painter, teller
        self._settings, self._column_seconds, self._say = settings, column_seconds, say
        self._clock = generator.pace.clock
        #: Columns that must be drawn before edits that were switched on, or regions, can be used.
        self.missing = 0
        #: Whether anything was due at the last look. Changes that wait for columns to be drawn do
        #: not count.
        self.are_due = False
        #: The edits that are used; those of the parameters may still wait.
        self._edits = rack.settings
        # Parameters may have changed while no engine was running.
        self._redraw_due = goes_on
        #: Whether the prior may have followed columns that are played otherwise now.
        self._refeed_due = False
        #: Whether columns that are not heard yet may have been decoded with earlier settings.
        self._sound_due = False
        self._rest_until, self._slow = 0.0, Longest(_MEMORY_SECONDS)

    @property
    def are_requested(self) -> bool:
        """Whether requests wait, or regions and cells that were asked for."""
        overlays_due = self._painter.is_due or self._generator.edited.changed
        return overlays_due or self._motion.are_waiting

    def follow_manner(self, leader: Partner | None) -> None:
        """Let this clip lead the sampling, or none."""
        learn = self._generator.sampler.learn_manner
        self._parameters.manner = learn(leader.codes) if leader else ""
        self.take_over_parameters()

    def take_over_parameters(self) -> None:
        """Use the parameters as they are now, and note what has changed since the last time."""
        self._parameters.note_changes()
        generator = self._generator
        generator.fade = self._parameters.fade
        if generator.use_sound(self._parameters.sound):
            self._sound_due = True
        draw = self._parameters.read_draw(generator.draw.take)
        if draw != generator.draw:
            generator.draw = draw
            self._redraw_due = True

    def make_next(self) -> bool:
        """Make the most urgent change, if there is one, and time for it; False if not."""
        edits = self._rack.read(self._generator.draw.seed, self._columns_per_beat())
        missing = 0
        if edits != self._edits:
            missing = max(self._generator.missing_columns(edits), 0)
        self.missing = max(missing, self._painter.missing)
        # Edits that look far ahead wait until enough is drawn: the sound must continue meanwhile.
        edits_due = edits != self._edits and not missing
        redraw_due = self._redraw_due or self._refeed_due
        self.are_due = self.are_requested or redraw_due or edits_due or self._sound_due
        if not self.are_due:
            return False
        # Half of the time goes to changes, the other half to playing on: a fader that never rests
        # must not let the ring run dry.
        began = self._clock()
        if began < self._rest_until or self._generator.lead < self._lead_for_a_change():
            return False
        try:
            self._change(edits if edits_due else None)
        except CodesError as error:
            if self._generator.is_drafting:
                raise
            self._say(str(error))
        ended = self._clock()
        self._slow.note(ended - began, ended)
        self._rest_until = 2 * ended - began
        return True

    def _columns_per_beat(self) -> float:
        """How many columns a beat lasts at the present tempo."""
        return 60.0 / self._parameters.values["tempo"] / self._column_seconds

    def _lead_for_a_change(self) -> float:
        """Samples that must be ready for the old future to last until the new one is made."""
        generator = self._generator
        # An output that waits for the sound never lets the ring fill.
        if self._settings.patient or not generator.timeline.end:
            return 0.0
        pace = generator.pace
        columns = pace.future_lead / SAMPLE_RATE // self._column_seconds + 2
        seconds = max(columns * pace.cost, _LONGER * self._slow.at(self._clock()))
        # No more than a full ring holds, or after one very slow change no other would come.
        most = self._settings.ring_lead - self._column_seconds * SAMPLE_RATE
        return min(self._settings.guard + seconds * SAMPLE_RATE, most)

    def _change(self, edits: EditSettings | None) -> None:
        """Make the most urgent change, or use these edits."""
        # In the order in which they were asked for: a region of a loop comes before its release.
        before = self._motion.overlays_before
        self._painter.work(before)
        if not self._painter.requests.asked(before) and self._make_future(edits):
            self._edit_requests.tell_changes()
            self._generator.keep()
            self._teller.note_future()
        self._teller.note_edits()

    def _make_future(self, edits: EditSettings | None) -> bool:
        """Make a new future for the most urgent change; False if nothing that is made changes."""
        generator, refeed_due = self._generator, self._refeed_due
        # Whatever else changes may change what the prior follows.
        self._refeed_due = generator.draw.follow
        if self._motion.are_waiting:
            if not self._motion.carry_out_next():
                return False
            # A new segment aligns the partners of edits with itself.
            self._edits = self._rack.settings
        elif self._redraw_due:
            self._redraw_due = False
            if generator.is_stale():
                generator.redraw()
        elif edits is not None:
            self._edits = edits
            generator.use_edits(edits)
        elif self._sound_due:
            self._sound_due = False
            generator.decode_again()
        elif generator.edited.changed:
            return generator.follow_changes()
        else:
            self._refeed_due = False
            if not (refeed_due and generator.is_fed_otherwise()):
                return False
            generator.redraw(again=True)
        return True
