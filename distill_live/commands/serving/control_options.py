"""The options of `serve` for what controls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ControlOptions:
    """The options of the command line for controls.

    `osc` and `web` are HOST:PORT (`web` may also be "off", or None for the default). `osc_allow`
    holds networks that may use OSC and the web, `midi` parts of ports' names (none: all ports),
    `folders` the folders whose files messages may name, `recordings` the folder where recordings
    are made, `values` NAME=VALUE to start with. `work` is the folder of the HTTP API, which takes
    uploads of up to `upload_limit` megabytes.
    """

    patch: str
    osc: str
    osc_allow: Sequence[str] = ()
    midi: Sequence[str] = ()
    link: bool = False
    web: str | None = None
    folders: Sequence[Path] = ()
    recordings: Path = Path("recordings")
    values: Sequence[str] = ()
    work: Path = Path("work")
    upload_limit: int = 500
