"""Makes the plugin visible to processes with the environment that this gives."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def install(folder: Path) -> dict[str, str]:
    """Write a package's metadata into `folder`; returns the environment that finds it."""
    metadata = folder / "abuse-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: abuse\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(
        "[distill_live.edits]\nabuse = tests.benchmarks.abuse.edit:Abuse\n"
    )
    path = os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path}
