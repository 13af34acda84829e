"""Joins the history of edits to the server, to its clients and to the patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from distill_live.codes.edit import load_edits_again
from distill_live.control.history.live_history import LiveHistory
from distill_live.control.history.performer_requests import Handler, PerformerRequests
from distill_live.control.namespace.address import ROOT, Reply, Sender
from distill_live.control.namespace.nodes import SERVICES
from distill_live.control.namespace.streams import STREAMS
from distill_live.control.routing.limited_log import LimitedLog
from distill_live.live.clips.clip import NO_CLIP
from distill_live.live.ipc.keepsake import TIMELINE_COLUMNS
from distill_live.live.ipc.messages import (
    CLIP_RESTORE,
    EditReport,
    EditsHold,
    OverlayMade,
    OverlayRefused,
    SegmentBegan,
)

if TYPE_CHECKING:
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.feedback.outcomes import Outcomes
    from distill_live.control.presets.presets import Presets
    from distill_live.live.server.server import Server
    from distill_live.parameters import ParameterStore

#: The name of the service that lists the history.
HISTORY = "history"
#: How often overlays that are too old to be played again are forgotten, in seconds.
_FORGET_SECONDS = 1.0
#: Requests that are lost with an engine that fails.
_MOVES = (
    "rewind", "rewind/beats", "loop", "loop/beats", "loop/columns", "hold", "hold/beats", "release",
)  # fmt: skip
#: Requests that choose a clip for edits.
CLIP_REQUESTS = ("edit/clip", "blend/clip")
#: Requests that recall a preset, which changes edits by the store.
PRESET_REQUESTS = ("preset", "preset/beats", "preset/next", "preset/previous")


class LiveEdits:
    """The history of edits of a server, and the requests of a performer for it.

    `sender` says who makes the request in hand, `say` tells people. `tick` it many times a second;
    tell it of each request that was carried out (`note_act`), of each model that begins
    (`use_model`) and of each patch (`use_order`).
    """

    def __init__(
        self,
        server: Server,
        store: ParameterStore,
        feedback: Feedback,
        outcomes: Outcomes,
        presets: Presets,
        sender: Callable[[], Sender],
        say: Callable[[str], None],
    ) -> None:
        self._server, self._feedback = server, feedback
        self._outcomes, self._presets, self._log = outcomes, presets, LimitedLog(say)
        self.history = LiveHistory(store, server.request, lambda: server.deck.level_labels)
        #: The installed edits by name.
        self.edits = {edit.name: edit for edit in load_edits_again(store.table, say)}
        self.requests = PerformerRequests(
            self.history, self.edits, lambda: server.deck.level_labels
        )
        server.on_edit_report = self._hear
        server.on_engine_lost = self._note_lost_engine
        server.on_outcome = self._note_outcome
        server.on_late_failure = outcomes.fail_last
        self.history.on_clip = lambda *chosen: server.request(CLIP_RESTORE, chosen)
        self.history.on_paint = lambda asked, number: outcomes.asked(asked, sender(), (number,))
        presets.get_order = lambda: self.history.chosen_order
        presets.set_order = self.history.use_order
        self._patch_order: Sequence[str] = ()
        self._forget_at = 0.0

    @property
    def handlers(self) -> dict[str, Handler]:
        """What carries out each request for the history, by the request's name."""
        return self.requests.handlers

    def tick(self, now: float) -> None:
        """Note what has changed, and tell clients where the history stands."""
        self.history.tick()
        self._feedback.publish(STREAMS["history"].address, *self.history.position)
        self._feedback.publish(STREAMS["edit_order"].address, *self.history.order)
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_SECONDS
            self.history.forget_before(int(self._server.deck.status["column"]) - TIMELINE_COLUMNS)

    def note_act(self, name: str, arguments: Sequence[object]) -> None:
        """Make an entry of a request that has changed edits."""
        if name == "panic":
            self.history.panic()
        elif name == "reset":
            self.history.look(" ".join(["reset", *map(str, filter(None, arguments))]))
        elif name in PRESET_REQUESTS:
            begins = self.history.concerns(self._presets.moving)
            self.history.look(f"preset {self._presets.current}", force=begins)

    def use_model(self) -> None:
        """Another model plays: nothing is painted on it, and it holds other codes."""
        self.history.begin_segment(same_model=False)
        self._server.request("tell_held")

    def use_order(self, names: Sequence[str]) -> None:
        """Use the order of a patch, unless the patch before it had the same one."""
        if names and names != self._patch_order:
            self.history.set_order(names)
        self._patch_order = names

    def list(self, arguments: Sequence[object], sender: Sender) -> list[Reply]:
        """Answer with the named states that have no number any more, and the newest others."""
        (count,) = SERVICES[HISTORY].check(arguments)
        present, _, _ = self.history.position
        kept: list[tuple[object, ...]] = [(-1, name, 0) for name in self.history.kept_names]
        newest = self.history.entries(int(str(count)))
        kept += [(number, entry.shown, int(number == present)) for number, entry in newest]
        return [(f"{ROOT}/{HISTORY}", entry) for entry in kept]

    def _note_outcome(
        self, name: str, text: str, failed: bool, arguments: tuple[object, ...] | None = None
    ) -> None:
        """Make an entry of a clip that was chosen for edits, and tell whoever has asked. Without a
        text there is nothing to tell."""
        if name == CLIP_RESTORE:
            slot, chosen = map(str, arguments or ("", ""))
            self.history.note_restored(slot, "" if failed else chosen)
            name = f"{slot}/clip"
        elif name in CLIP_REQUESTS and not failed:
            chosen = str((arguments or ("",))[0] or "")
            slot = name.removesuffix("/clip")
            self.history.note_clip(slot, "" if chosen == NO_CLIP else chosen)
        if text:
            self._outcomes.tell(name, text, failed, arguments)
        else:
            self._outcomes.forget(name, arguments or ())

    def _note_lost_engine(self) -> None:
        """Have the next engine lay what is painted, and tell of requests that are lost."""
        self.history.resend()
        text = "the engine failed meanwhile: send it again"
        if self._outcomes.fail_pending(_MOVES, text):
            # A MIDI control cannot be answered.
            self._log.write("lost", f"a rewind, loop or hold was lost: {text}")

    def _hear(self, report: EditReport) -> None:
        """Take in what an engine reports, and tell whoever has asked for it."""
        match report:
            case OverlayMade(overlay, text):
                asked, which = self.history.note_made(overlay, text), (overlay.number,)
                if asked.startswith("region"):
                    self._outcomes.tell(asked, text, arguments=which)
                elif asked:
                    self._outcomes.forget(asked, which)
            case OverlayRefused(number, reason):
                asked = self.history.note_refused(number)
                if asked:
                    # Programs that only send never see an answer.
                    self._log.write(f"refused {asked}", f"refused {ROOT}/{asked}: {reason}")
                    self._outcomes.tell(asked, reason, failed=True, arguments=(number,))
            case EditsHold(held):
                self.history.note_held(held)
            case SegmentBegan(newest):
                self.history.begin_segment(newest)
