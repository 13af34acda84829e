"""Plugins that a test installs for one server: a folder on its path, as pip would leave it."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def install_plugin(folder: Path, kind: str, name: str, source: str) -> dict[str, str]:
    """Put a module `NAME_plugin` with a class `Plugin` and its entry point into a folder.

    `kind` is "edits", "inputs" or "outputs". Returns the environment for a process that has it.
    """
    (folder / f"{name}_plugin.py").write_text(source)
    info = folder / f"{name}_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[distill_live.{kind}]\n{name} = {name}_plugin:Plugin\n"
    )
    return environment_with(folder)


def environment_with(*folders: Path) -> dict[str, str]:
    """This process's environment, with the folders and the repository on Python's path."""
    path = os.pathsep.join(map(str, (*folders, REPOSITORY)))
    return {**os.environ, "PYTHONPATH": path}
