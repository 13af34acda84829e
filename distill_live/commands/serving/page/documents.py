"""Publishes what the page shows and what changes rarely: clips, presets, mappings and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live import __version__
from distill_live.commands.serving.page.mappings import describe_mappings
from distill_live.commands.serving.page.model import model_facts
from distill_live.control.patch.sources import MODULATORS

if TYPE_CHECKING:
    from distill_live.control.history.live_history import LiveHistory
    from distill_live.control.patch.schema import Patch
    from distill_live.control.patch.watch import PatchWatch
    from distill_live.control.presets.presets import Presets
    from distill_live.control.routing.knob import ControlState
    from distill_live.control.routing.router import Router
    from distill_live.live.clips.library import ClipInfo
    from distill_live.live.server.server import Server
    from distill_live.web.socket.documents import Documents

#: How often everything is looked at, and how often the folder of recordings is, in seconds.
LOOK_S, FILES_S = 0.2, 1.0
#: The most states of the history, and the most recordings, that are listed: the newest ones.
MAX_STATES, MAX_RECORDINGS = 256, 200
#: Latencies are shown in steps of so many seconds: they change all the time.
_STEP_S = 0.005


class ServerDocuments:
    """Publishes what a server plays, as documents; `tick` it on the main thread.

    `facts` gives what is told of the server besides what it knows itself, such as its addresses.
    While no page is open, nothing is looked up.
    """

    def __init__(
        self,
        documents: Documents,
        server: Server,
        router: Router,
        presets: Presets,
        history: LiveHistory,
        watch: PatchWatch,
        recordings: Path,
        facts: Callable[[], dict[str, Any]],
    ) -> None:
        self._documents, self._server, self._router = documents, server, router
        self._presets, self._history, self._watch = presets, history, watch
        self._recordings, self._facts = recordings, facts
        self._patch: tuple[str, Patch] | None = None
        self._due = self._files_due = float("-inf")

    def use(self, name: str, patch: Patch) -> None:
        """The patch in use, and what it is called."""
        self._patch = name, patch

    def tick(self, now: float) -> None:
        """Publish what has changed, if it is time to look."""
        began = self._due > float("-inf")
        if now < self._due or (began and not self._documents.is_read):
            return
        self._due = now + LOOK_S
        for name, value in self._values():
            self._documents.publish(name, value)
        if now >= self._files_due:
            self._files_due = now + FILES_S
            self._documents.publish("files", self._files())

    def _values(self) -> Iterator[tuple[str, Any]]:
        yield "model", model_facts(self._server.deck)
        yield "server", self._describe_server()
        yield "presets", self._list_presets()
        yield "clips", [_describe_clip(clip) for clip in self._server.clips.listing]
        chosen = self._server.clips.slots.chosen.items()
        yield "partners", {f"{slot}/clip": name or None for slot, name in chosen}
        yield "history", self._list_history()
        yield "edit_order", list(self._history.order)
        yield "recording", self._describe_recording()
        if self._patch is not None:
            name, patch = self._patch
            path = str(self._watch.path)
            yield "patch", {"name": name, "path": path, "broken": self._watch.fault or None}
            yield "mappings", describe_mappings(patch, self._states(patch))

    def _describe_server(self) -> dict[str, Any]:
        server = self._server
        return {
            "version": __version__,
            "output": server.output.name,
            "audible": server.output.is_audible,
            "latency": _stepped(server.latency),
            "outputLatency": _stepped(server.status["output_latency"]),
            "priority": server.priority.describe(),
            "counts": {name: int(count) for name, count in server.counts.items()},
            # None without an input.
            "listening": server.listening.on if server.listening.workers else None,
            **self._facts(),
        }

    def _describe_recording(self) -> dict[str, Any] | None:
        written = self._server.recordings.path
        # In whole seconds, so that it is not told more often.
        seconds = int(self._server.recordings.seconds)
        return {"name": written.name, "seconds": seconds} if written else None

    def _list_presets(self) -> list[dict[str, Any]]:
        stored, current = self._presets.stored_names, self._presets.current
        changed = self._presets.is_changed(self._modulated())
        return [
            {
                "name": name,
                "stored": name in stored,
                "current": name == current,
                "changed": name == current and changed,
            }
            for name in self._presets.names
        ]

    def _modulated(self) -> set[str]:
        """The parameters, and PARAMETER/LEVEL, that the patch moves by itself."""
        mappings = self._patch[1].map if self._patch else ()
        moving = [one for one in mappings if isinstance(one.source, MODULATORS)]
        return {target for one in moving for target in getattr(one, "to", ())}

    def _list_history(self) -> dict[str, Any]:
        present, _, _ = self._history.position
        states = [
            {"number": number, "name": entry.name, "given": entry.given}
            for number, entry in self._history.entries(MAX_STATES)
        ]
        return {"present": present, "states": states, "kept": list(self._history.kept_names)}

    def _states(self, patch: Patch) -> list[list[ControlState | None]]:
        """Where the controls of the patch stand; the router may have got another one just now."""
        states = self._router.control_states()
        return states if len(states) == len(patch.map) else [_unknown(one) for one in patch.map]

    def _files(self) -> dict[str, Any]:
        written = self._server.recordings.path
        return {
            "recording": written.name if written else None,
            "recordings": list_recordings(self._recordings),
        }


def list_recordings(folder: Path) -> list[dict[str, Any]]:
    """The files in a folder, newest first: {name, bytes, modified (seconds since 1970)}."""
    found: list[tuple[float, int, str]] = []
    try:
        for path in folder.iterdir():
            status = path.stat()
            if path.is_file() and not path.name.startswith("."):
                found.append((status.st_mtime, status.st_size, path.name))
    except OSError:
        # It is made with the first recording, and files come and go.
        return []
    return [
        {"name": name, "bytes": size, "modified": modified}
        for modified, size, name in sorted(found, reverse=True)[:MAX_RECORDINGS]
    ]


def _describe_clip(clip: ClipInfo) -> dict[str, Any]:
    return {
        "name": clip.name,
        "seconds": clip.seconds,
        "usable": clip.usable,
        "source": clip.source,
        "loudness": clip.loudness_db,
    }


def _unknown(mapping: Any) -> list[ControlState | None]:
    return [None] * len(getattr(mapping, "to", ()))


def _stepped(seconds: float) -> float:
    return round(round(seconds / _STEP_S) * _STEP_S, 3)
