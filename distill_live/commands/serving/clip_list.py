"""`/distill/clip/list`: answers with every clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from distill_live.control.namespace.address import ROOT, Reply, Sender

if TYPE_CHECKING:
    from distill_live.live.server.server import Server

#: The service's name, below /distill.
CLIP_LIST = "clip/list"


class ClipList:
    """A service: replies `/distill/clips COUNT`, then for each clip
    `/distill/clip NAME SECONDS USABLE SOURCE` and, where it is known, the loudness in dBFS."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, arguments: Sequence[object], sender: Sender) -> list[Reply]:
        clips = self._server.clips.listing
        replies: list[Reply] = [(f"{ROOT}/clips", (len(clips),))]
        for one in clips:
            known = () if one.loudness_db is None else (one.loudness_db,)
            replies.append(
                (f"{ROOT}/clip", (one.name, one.seconds, int(one.usable), one.source, *known))
            )
        return replies
