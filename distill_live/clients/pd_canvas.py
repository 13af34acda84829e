"""A canvas of Pure Data: its boxes, the cords between them, and how both stand in a file."""

from __future__ import annotations

import re
from itertools import pairwise


class Canvas:
    """A patch, or one within a patch; each box gets a number, from 0."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._boxes: list[str] = []
        self._cords: list[str] = []

    def box(self, x: int, y: int, text: str) -> int:
        """An object by its name and arguments; its number."""
        return self._add(f"#X obj {x} {y} {_escape(text)};")

    def message(self, x: int, y: int, text: str) -> int:
        """A message box."""
        return self._add(f"#X msg {x} {y} {_escape(text)};")

    def field(self, kind: str, x: int, y: int, text: str) -> int:
        """A floatatom or symbolatom, by what follows its place."""
        return self._add(f"#X {kind} {x} {y} {_escape(text)};")

    def comment(self, x: int, y: int, text: str) -> int:
        """A text to read, in one line."""
        return self._add(f"#X text {x} {y} {_escape(text)}, f {len(text) + 2};")

    def patch(self, x: int, y: int, name: str, canvas: Canvas) -> int:
        """A patch within this one, in its own window."""
        width, height = canvas._size
        return self._add(
            f"#N canvas 60 60 {width} {height} {_escape(name)} 0;\n"
            f"{canvas._content()}\n"
            f"#X restore {x} {y} pd {_escape(name)};"
        )

    def connect(self, source: int, outlet: int, target: int, inlet: int = 0) -> None:
        """A cord from an outlet to an inlet."""
        self._cords.append(f"#X connect {source} {outlet} {target} {inlet};")

    def chain(self, *boxes: int) -> int:
        """Cords from each box's first outlet to the next one's first inlet; the last box."""
        for source, target in pairwise(boxes):
            self.connect(source, 0, target)
        return boxes[-1]

    def file(self) -> str:
        """The whole patch, as a file holds it."""
        width, height = self._size
        return f"#N canvas 40 40 {width} {height} 10;\n{self._content()}\n"

    def _add(self, line: str) -> int:
        self._boxes.append(line)
        return len(self._boxes) - 1

    def _content(self) -> str:
        return "\n".join([*self._boxes, *self._cords])


def _escape(text: str) -> str:
    """What Pd would take for the end of a message, or for a number of its own, made plain."""
    return re.sub(r" ?([,;])", r" \\\1", text.replace("\\", "\\\\").replace("$", "\\$"))
