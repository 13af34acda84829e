"""A fresh virtual environment that borrows this one's libraries, and installs wheels of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path


def run(
    *command: str | Path, folder: Path | None = None, environment: dict[str, str] | None = None
) -> str:
    """The output of a program, which must succeed."""
    ended = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


class FreshEnvironment:
    """Packages installed into it come before those that it borrows."""

    def __init__(self, folder: Path) -> None:
        self._wheels = folder / "wheels"
        self.folder = folder / "env"
        run(sys.executable, "-m", "venv", "--without-pip", self.folder)
        self.binaries = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.binaries / "python"
        shown = run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        ours = sysconfig.get_path("purelib")
        (Path(shown.strip()) / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")

    def install(self, *projects: Path) -> list[Path]:
        """Build the wheels of some projects and install them; returns the wheels."""
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
        alone = ("--no-deps", "--no-index")
        before = set(self._wheels.glob("*.whl"))
        run(*pip, "wheel", *alone, "--no-build-isolation", "-w", self._wheels, *projects)
        wheels = sorted(set(self._wheels.glob("*.whl")) - before)
        run(*pip, "--python", self.python, "install", *alone, "--ignore-installed", *wheels)
        return wheels
