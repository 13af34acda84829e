"""The README names everything that a newcomer can use; tests/commands/test_params.py has what it
says of parameters."""

import re
from pathlib import Path

import pytest

from distill_live.cli import COMMANDS
from distill_live.control.namespace.nodes import SERVICES
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.streams import STREAMS

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize("name", [*REQUESTS, *SERVICES])
def test_every_verb_stands_there(name: str) -> None:
    assert f"`/distill/{name}`" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_stands_there(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`.* \|", README.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_there(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_whoever_installs_from_a_clone_gets_the_versions_that_were_tested() -> None:
    text = " ".join(README.read_text(encoding="utf-8").split())
    lines = re.findall(r"pip install [^`&#|]*-e [^`&#|]*", text)
    assert len(lines) >= 4
    assert [line for line in lines if "-c constraints.txt" not in line] == []


def test_the_builds_for_cpus_are_of_the_versions_that_were_tested() -> None:
    told = dict(re.findall(r"(torch|torchaudio)==(\S+)\+cpu", README.read_text(encoding="utf-8")))
    pins = (README.parent / "constraints.txt").read_text(encoding="utf-8")
    assert told == dict(re.findall(r"^(torch|torchaudio)==(\S+)", pins, re.MULTILINE))


def test_links_lead_to_files_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
