"""constraints.txt names one version of everything, for each Python and system, from any index."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
LINES = [
    line
    for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.lstrip().startswith("#")
]
PINS = [Requirement(line) for line in LINES]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def test_it_has_exact_versions_that_every_index_may_have() -> None:
    for line, pin in zip(LINES, PINS, strict=True):
        assert pin.url is None and "+" not in line and "://" not in line, line
        assert [one.operator for one in pin.specifier] == ["=="], line


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_what_the_project_asks_for_is_in_it_once_and_fits(version: str, system: str) -> None:
    environment = {
        **default_environment(), "python_version": version, "python_full_version": f"{version}.0",
        "sys_platform": system, "platform_system": system.capitalize(),
    }  # fmt: skip
    extras = PROJECT["project"]["optional-dependencies"].values()
    lists = (PROJECT["project"]["dependencies"], PROJECT["build-system"]["requires"], *extras)
    for asked in (Requirement(line) for one in lists for line in one):
        if asked.name == "distill-live" or (
            asked.marker and not asked.marker.evaluate(environment)
        ):
            continue
        found = [
            str(next(iter(pin.specifier))).removeprefix("==")
            for pin in PINS
            if canonicalize_name(pin.name) == canonicalize_name(asked.name)
            and (pin.marker is None or pin.marker.evaluate(environment))
        ]
        assert len(found) == 1, f"{asked}: {found}; run `make constraints`"
        assert asked.specifier.contains(found[0], prereleases=True), asked
