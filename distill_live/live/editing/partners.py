"""The clips that the stream is played together with: what is in which slot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from distill_live.codes.edit_rack import EditRack
from distill_live.codes.rack.settings import Partner
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.live.editing.input_partner import InputPartner
from distill_live.live.ipc.journal import Journal
from distill_live.live.ipc.messages import INPUT


class Partners:
    """Puts clips into the slots "edit", "blend" and "manner", of which a rack of edits takes what
    its edits need.

    `known` are (slot, name, codes [T, F, Q]) of the clips there are already. `require_fit` raises
    CodesError for codes that do not fit the model, `begin` gives the column in which a clip begins
    that is chosen now, and `refuse` takes why one cannot be used. `on_leader` is called when
    another clip, or (None) none, is in the slot "manner".
    """

    def __init__(
        self,
        rack: EditRack,
        live_input: InputPartner,
        known: Sequence[tuple[str, str, Codes]],
        journal: Journal,
        require_fit: Callable[[Codes], None],
        begin: Callable[[], int],
        refuse: Callable[[str], None],
        on_leader: Callable[[Partner | None], None],
    ) -> None:
        self._rack, self._input, self._journal = rack, live_input, journal
        self._require_fit, self._begin, self._refuse = require_fit, begin, refuse
        self._on_leader = on_leader
        self._partners = {slot: Partner(name, codes) for slot, name, codes in known}
        for slot, partner in self._partners.items():
            rack.set_partner(slot, partner)

    @property
    def leader(self) -> Partner | None:
        """The clip that leads the sampling."""
        return self._partners.get("manner")

    def put(self, slot: str, name: str, codes: Codes | None) -> None:
        """Put a clip's codes [T, F, Q] into a slot, or (None) clear it: "edit" is for edits that
        need a second grid, "blend" for the edit that `blend` switches, "manner" leads the sampling.

        Without codes, the name INPUT stands for the live input. A clip that does not fit the model
        is reported, and the slot keeps what it has.
        """
        try:
            if codes is not None:
                self._require_fit(codes)
        except CodesError as error:
            self._refuse(f"{name}: {error}")
            return
        self._journal.note("partner", slot=slot, name=name or None)
        self._partners.pop(slot, None)
        if codes is not None:
            self._partners[slot] = Partner(name, codes, self._begin())
        self._rack.set_partner(slot, self._partners.get(slot))
        self._input.leave(slot)
        if codes is None and name == INPUT:
            self._input.take(slot)
        if slot == "manner":
            self._on_leader(self.leader)
