"""Where the page's binary frames come from: meters, the timeline of codes, and what sounds."""

from __future__ import annotations

from typing import Protocol

#: What a page can watch as binary frames. It can also watch "incoming", which is text.
FRAME_KINDS = frozenset({"meters", "timeline", "sound", "audio"})
#: The sample rates in Hz of sound for the browser.
AUDIO_RATES = (24_000, 48_000)
#: The first byte of the frames of each kind.
TIMELINE, METERS, SOUND, AUDIO = 1, 2, 3, 4


class FeedReader(Protocol):
    """Reads frames for one page. All methods are called on the web server's event loop."""

    def frames(self) -> list[bytes]:
        """The frames that are due since the last call, oldest first; each begins with its kind.

        Called about 30 times a second, and 100 times a second by readers of audio, which are always
        separate ones. It is not called while a page does not read: then the next call gives what is
        still of use. Must return at once: it neither waits nor blocks.
        """

    def close(self) -> None:
        """Stop reading, and free what the reader holds. May be called again."""


class PageFeed(Protocol):
    """What commands hand to the web server, so that pages can follow what sounds."""

    def open(self, kinds: frozenset[str], audio_rate: int) -> FeedReader:
        """A reader of some of FRAME_KINDS, for one page; `audio_rate` is one of AUDIO_RATES.

        A new reader of the timeline begins with the whole window of columns.
        """
