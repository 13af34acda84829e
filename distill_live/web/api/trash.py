"""The trash over HTTP."""

from __future__ import annotations

from typing import Any

from distill_live.web.api.operations import Asked, Operation
from distill_live.web.work.moments import iso_time
from distill_live.web.work.workplace import Workplace


class TrashRoutes:
    """The operations on what was deleted."""

    def __init__(self, workplace: Workplace) -> None:
        self._trash = workplace.trash

    def operations(self) -> list[Operation]:
        """All of them."""
        return [
            Operation("GET", "/trash", "Lists what was deleted, the newest first.", self._list),
            Operation("POST", "/trash/{id}/restore", "Puts something back where it was.",
                      self._restore),
            Operation("DELETE", "/trash/{id}", "Deletes something for good.", self._purge),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        found = self._trash.entries()
        return {"trash": [one | {"deleted": iso_time(one["deleted"])} for one in found]}

    def _restore(self, asked: Asked) -> dict[str, Any]:
        restored = self._trash.restore(asked.path["id"])
        return {"restored": restored["name"], "kind": restored["kind"]}

    def _purge(self, asked: Asked) -> dict[str, Any]:
        self._trash.purge(asked.path["id"])
        return {"purged": asked.path["id"]}
