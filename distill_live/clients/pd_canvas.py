"""A canvas of Pure Data: its boxes, the cords between them, and their text in a file."""

from __future__ import annotations

import re
from itertools import pairwise


class Canvas:
    """A patch, or a subpatch; its boxes are numbered from 0."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._boxes: list[str] = []
        self._cords: list[str] = []

    def box(self, x: int, y: int, text: str) -> int:
        """Add an object by its name and arguments; returns its number."""
        return self._add(f"#X obj {x} {y} {_escape(text)};")

    def message(self, x: int, y: int, text: str) -> int:
        """Add a message box; returns its number."""
        return self._add(f"#X msg {x} {y} {_escape(text)};")

    def field(self, kind: str, x: int, y: int, text: str) -> int:
        """Add a floatatom or symbolatom; `text` is what follows its place in the file."""
        return self._add(f"#X {kind} {x} {y} {_escape(text)};")

    def comment(self, x: int, y: int, text: str) -> int:
        """Add a text of one line; returns its number."""
        return self._add(f"#X text {x} {y} {_escape(text)}, f {len(text) + 2};")

    def patch(self, x: int, y: int, name: str, canvas: Canvas) -> int:
        """Add a subpatch, in its own window; returns its number."""
        width, height = canvas._size
        return self._add(
            f"#N canvas 60 60 {width} {height} {_escape(name)} 0;\n"
            f"{canvas._content()}\n"
            f"#X restore {x} {y} pd {_escape(name)};"
        )

    def connect(self, source: int, outlet: int, target: int, inlet: int = 0) -> None:
        """Add a cord from an outlet to an inlet."""
        self._cords.append(f"#X connect {source} {outlet} {target} {inlet};")

    def chain(self, *boxes: int) -> int:
        """Add cords from each box's first outlet to the next box's first inlet; the last box."""
        for source, target in pairwise(boxes):
            self.connect(source, 0, target)
        return boxes[-1]

    def file(self) -> str:
        """The text of the whole patch, as in a file."""
        width, height = self._size
        return f"#N canvas 40 40 {width} {height} 10;\n{self._content()}\n"

    def _add(self, line: str) -> int:
        self._boxes.append(line)
        return len(self._boxes) - 1

    def _content(self) -> str:
        return "\n".join([*self._boxes, *self._cords])


def _escape(text: str) -> str:
    """Escape what Pd would read as the end of a message, or as a $ variable."""
    return re.sub(r" ?([,;])", r" \\\1", text.replace("\\", "\\\\").replace("$", "\\$"))
