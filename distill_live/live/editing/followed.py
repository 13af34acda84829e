"""What the prior goes on from while it follows the edits: the columns as they are played."""

from __future__ import annotations

from distill_live.codes.timeline import Codes
from distill_live.live.editing.edited_columns import EditedColumns


class Followed:
    """The columns as they stand now; `upcoming` is the one that is played next.

    When a column is drawn, those before it count as they were played or will be. An edit that looks
    ahead cannot be run before its whole window is drawn: until then, the columns of the window
    count as they were drawn, under the overlays.
    """

    def __init__(self, edited: EditedColumns, upcoming: int) -> None:
        self._edited, self.upcoming = edited, upcoming
        self._known: dict[int, Codes] = {}

    def before(self, column: int, count: int, played: int) -> Codes:
        """The last `count` columns [k, F, Q] before `column`, fewer at the beginning, as they are
        known when it is drawn; those before `played` have been played by then."""
        timeline = self._edited.timeline
        start = max(column - count, timeline.start)
        codes = self._edited.laid(start, column)
        end = self._known_end(start, column, played)
        heard = min(max(self.upcoming, start), end)
        codes[: heard - start] = timeline.edited(start, heard)
        for number in range(heard, end):
            if self._edited.reach(number) <= timeline.end:
                codes[number - start] = self._play(number)
        return codes

    def _known_end(self, start: int, column: int, played: int) -> int:
        """The index after the last column that is known as it is played."""
        end = column
        while end > max(start, played) and self._edited.reach(end - 1) > column:
            end -= 1
        return end

    def _play(self, column: int) -> Codes:
        if column not in self._known:
            self._known[column] = self._edited.edited(column)[0]
        return self._known[column]
