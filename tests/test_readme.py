"""The README names everything that a newcomer can use, with the ranges that are in force."""

import re
from pathlib import Path

import pytest

from distill_live.cli import COMMANDS
from distill_live.control.requests import REQUESTS
from distill_live.parameters import PARAMETERS

README = Path(__file__).parents[1] / "README.md"


def row_of(address: str) -> list[str]:
    """The cells of the table row that begins with an OSC address."""
    lines = README.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1:-1] for line in lines if line.startswith(f"| `{address}` |")]
    assert rows, f"{address} is not in the README"
    return [cell.strip() for cell in rows[0]]


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_stands_there_with_range_and_default(name: str) -> None:
    parameter = PARAMETERS[name]
    _, legal, default, _ = row_of(f"/distill/{name}")
    if legal != "integer":
        assert legal == f"{parameter.minimum:g} .. {parameter.maximum:g}"
    assert default == "off" if parameter.optional else float(default) == parameter.default


@pytest.mark.parametrize("name", [*REQUESTS, "get", "ping"])
def test_every_verb_stands_there(name: str) -> None:
    assert f"`/distill/{name}`" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_there(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_links_lead_to_files_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
