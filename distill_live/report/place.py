"""Where a model's report is, and whether a file is a report."""

from __future__ import annotations

from pathlib import Path

from distill_live.atomic_file import atomic_file
from distill_live.errors import ReportError

#: How every page begins; a file that begins otherwise is not ours to replace.
BEGINNING = '<!doctype html>\n<meta name="generator" content="distill-live">\n'


def page_path(model: Path) -> Path:
    """Beside the model, under its name."""
    return model.with_suffix(".html")


def is_page(path: Path) -> bool:
    """Whether there is a page that was made by this program."""
    try:
        with path.open("rb") as file:
            return file.read(len(BEGINNING)) == BEGINNING.encode()
    except OSError:
        return False


def save_page(path: Path, html: str) -> None:
    """Write a page; an older one is replaced. Raises ReportError when it cannot be written, or
    another kind of file is there."""
    if path.exists() and not is_page(path):
        raise ReportError(f"{path} is not a distill-live report: choose another --output")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            temporary.write_text(html, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ReportError(
            f"cannot write {path}: {error.strerror or error}; choose another --output"
        ) from error
