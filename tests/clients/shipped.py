"""The shipped files, and the surface of the instrument that they were made from."""

from __future__ import annotations

from pathlib import Path

from distill_live.clients.kinds import KINDS
from distill_live.clients.surface import Connection, Surface, build_surface
from distill_live.codes.edit_parameters import parameter_table
from distill_live.parameters import Parameter
from tests.edits.shipped import EDITS

FOLDER = Path(__file__).parents[2] / "patches" / "clients"

TABLE = parameter_table(EDITS.values())
SURFACE = build_surface(TABLE)

#: Parameters such as plugins may have, of every kind and curve.
ODD = {
    parameter.name: parameter
    for parameter in (
        Parameter("edit/odd/on", "bool", 0, 1, 0, "", "An edit.", per_level=True),
        Parameter("edit/odd/late", "float", 0.5, 8, 1, "s", "A delay.", curve="log"),
        Parameter("input/tide/depth", "float", -2.0, 2.0, 0.0, "m", "How deep.", curve="s"),
        Parameter("input/tide/hue", "float", 0.0, 1e12, 0.0, "", "Far.", "exp", True, True),
        Parameter("output/tv/channel", "int", -10, 99, 1, "", 'Which; it\'s "one".'),
    )
}


#: What runs in a program: the shipped surface, and what plugins may bring.
PLAYED = build_surface(TABLE | ODD)


def shipped(kind: str) -> bytes:
    """The content of the shipped file of a kind."""
    return (FOLDER / KINDS[kind].file_name).read_bytes()


def written(kind: str, surface: Surface = SURFACE, port: int = 9000) -> bytes:
    """What a kind is for a surface, and for an instrument that listens on a port."""
    found = KINDS[kind]
    return found.write(surface, Connection("127.0.0.1", port, found.reply_port))
