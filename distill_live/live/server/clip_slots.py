"""The slots for clips that are played together with the stream, and what engines know of them."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.codes.codec_names import tell_apart
from distill_live.errors import ClipError, CodesError
from distill_live.live.clips.clip import NO_CLIP, Clip
from distill_live.live.clips.library import ClipLibrary
from distill_live.live.clips.partners import Partners
from distill_live.live.ipc.messages import INPUT, PartnerCodes
from distill_live.live.ipc.shared_codes import CodeFiles
from distill_live.live.listening.listening import NO_INPUT
from distill_live.live.server.deck import Deck

#: The slots that a clip can be chosen for, and what they are called.
SLOTS = {"edit": "edits", "blend": "blend", "manner": "manner"}


class ClipSlots:
    """Chooses clips of `library` for slots, and tells the engine of the deck that `playing` gives.

    `has_input`: the live input can be chosen, too. `on_lost` takes a slot whose clip cannot be used
    any more, and why.
    """

    def __init__(
        self,
        library: ClipLibrary,
        files: CodeFiles,
        has_input: bool,
        playing: Callable[[], Deck],
    ) -> None:
        self._library, self._partners = library, Partners(files)
        self._has_input, self._playing = has_input, playing
        self.on_lost: Callable[[str, str], None] = lambda slot, text: None

    @property
    def chosen(self) -> dict[str, str]:
        """The name of the clip that is in each of the SLOTS, "" for none; on the main thread."""
        return {slot: self._partners.get(slot).name for slot in SLOTS}

    def choose(self, slot: str, name: str | None) -> str:
        """Choose a clip, the live input or nothing for a slot; returns what there is to say of it.

        Raises ClipError when there is no such clip, and CodesError when it cannot be handed over.
        """
        if name == INPUT:
            return self._choose_input(slot)
        clip = None
        if name and name != NO_CLIP:
            clip = self._library.find(name, self._playing().codec)
        self._tell(self._partners.put(slot, clip))
        return f"{SLOTS[slot]}: " + ("no clip" if clip is None else f"clip {clip.name}")

    def restore(self, slot: str, name: str) -> str:
        """Put back what was in a slot before, as an undo asks for it; "" is nothing.

        Clears the slot and raises ClipError when that cannot be done.
        """
        try:
            return self.choose(slot, name)
        except ClipError as error:
            raise ClipError(f"{self.choose(slot, None)}; the clip {name} is gone") from error
        except CodesError as error:
            raise ClipError(f"{self.choose(slot, None)}; {error}") from error

    def exchange(self, clip: Clip) -> list[str]:
        """Put a new clip into the slots that have the one of its name and codec; returns a note for
        each slot where that cannot be done."""
        notes = []
        for slot in self._partners.slots_with(clip.name, clip.codec):
            try:
                self._tell(self._partners.put(slot, clip))
            except CodesError as error:
                notes.append(f"{SLOTS[slot]}: still the old clip {clip.name}: {error}")
        return notes

    def users_of(self, clip: Clip) -> str:
        """What the slots are called that have a clip; "" if none has it."""
        return " and ".join(SLOTS[slot] for slot in self._partners.slots_of(clip))

    def equip(self, deck: Deck) -> None:
        """Let the next engine on a deck know the clips that are in use and fit its model."""
        deck.partners = self._partners.of(deck.codec)

    def use(self, deck: Deck) -> None:
        """Use the clips of another deck's model, which begins to be heard."""
        for slot, clip in self._partners.clear_others(deck.codec):
            own, playing = tell_apart(clip.codec, deck.codec)
            self.on_lost(
                slot,
                f"the clip {clip.name} is no longer chosen for {SLOTS[slot]}: it belongs to the "
                f"model {own}, and {playing}, which plays now, has another codec",
            )
        known = {one.slot: one for one in deck.partners}
        for slot in SLOTS:
            now = self._partners.get(slot)
            if known.get(slot, PartnerCodes(slot)) != now:
                deck.worker.send(now.request())
        self.equip(deck)

    def _choose_input(self, slot: str) -> str:
        if not self._has_input:
            raise ClipError(NO_INPUT)
        if slot != "blend":
            raise ClipError(
                f"only blend can use the live input; for {SLOTS[slot]}, make a clip of it: "
                "/distill/listen/clip NAME"
            )
        self._tell(self._partners.put_input(slot))
        return "blend: the live input, while /distill/listen is 1"

    def _tell(self, partner: PartnerCodes) -> None:
        """Tell the engine that plays of a slot, and those that will take over from it."""
        deck = self._playing()
        deck.worker.send(partner.request())
        self.equip(deck)
