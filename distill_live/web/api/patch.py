"""The patch in use over HTTP: its text, what the checker says about it, and saving it."""

from __future__ import annotations

from typing import Any

from distill_live.control.patch.editing import MAX_BYTES, PatchEditor, Problem
from distill_live.errors import RequestError
from distill_live.web.api.operations import Asked, Operation
from distill_live.web.fields import Field

_TEXT = Field("text", "text", "The patch, as YAML.", required=True, longest=MAX_BYTES)
_REVISION = Field(
    "revision", "text", "The revision of the text that was edited, as GET answers it.",
    required=True,
)  # fmt: skip


class PatchRoutes:
    """The operations on the patch in use; without an `editor` there is none, and all answer 404."""

    def __init__(self, editor: PatchEditor | None) -> None:
        self._patch = editor

    def operations(self) -> list[Operation]:
        """All of them."""
        return [
            Operation("GET", "/patch", "The text of the patch in use, with its problems.",
                      self._read),
            Operation("PUT", "/patch", "Saves a text that has no problems; the one before it is "
                      "kept in a file beside it.", self._save, body=(_TEXT, _REVISION)),
            Operation("PUT", "/patch/check", "Says what is wrong with a text.", self._check,
                      body=(_TEXT,)),
        ]  # fmt: skip

    @property
    def _editor(self) -> PatchEditor:
        if self._patch is None:
            raise RequestError(
                404, "no patch is in use here; start with: distill-live serve --patch NAME"
            )
        return self._patch

    def _read(self, asked: Asked) -> dict[str, Any]:
        described, text = self._describe()
        return described | {"text": text, "problems": _listed(self._editor.check(text))}

    def _save(self, asked: Asked) -> dict[str, Any]:
        problems = self._editor.save(asked.values["text"], asked.values["revision"])
        described, _ = self._describe()
        return described | {"saved": not problems, "problems": _listed(problems)}

    def _check(self, asked: Asked) -> dict[str, Any]:
        return {"problems": _listed(self._editor.check(asked.values["text"]))}

    def _describe(self) -> tuple[dict[str, Any], str]:
        """The patch as it is on the disk, and its text."""
        patch = self._editor.read()
        described = {
            "name": patch.path.stem,
            "path": str(patch.path),
            "savesTo": str(patch.saves_to),
            "backup": str(patch.backup) if patch.backup else None,
            "revision": patch.revision,
        }
        return described, patch.text


def _listed(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{"line": line, "message": message} for line, message in problems]
