"""The shipped files are up to date with the tables, and nothing is missing in them."""

import zlib

import pytest

from distill_live.clients.kinds import KINDS
from distill_live.clients.surface import Connection, build_surface
from distill_live.parameters import PARAMETERS
from tests.clients.shipped import FOLDER, ODD, SURFACE, shipped, written

README = (FOLDER / "README.md").read_text(encoding="utf-8")


def plain(content: bytes) -> bytes:
    """What is text in a file, before it is compressed: two versions of zlib need not agree."""
    content = zlib.decompress(content) if content.startswith(b"x\xda") else content
    # The lengths of the chunks of a device are not text.
    return content[32:] if content.startswith(b"ampf") else content


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_file_is_what_is_written(kind: str) -> None:
    wrong = f"write it anew: distill-live clients write {kind} --force, in patches/clients"
    assert plain(shipped(kind)) == plain(written(kind)), wrong


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_surface_makes_the_same_bytes(kind: str) -> None:
    assert written(kind) == written(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_host_and_ports_are_where_they_shall_be(kind: str) -> None:
    found = KINDS[kind]
    content = plain(found.write(SURFACE, Connection("10.1.2.3", 9123, 9456))).decode()
    # TouchOSC keeps the instrument's address in its own settings.
    assert ("10.1.2.3" in content and "9123" in content) == (kind != "touchosc")
    assert ("9456" in content) == bool(found.reply_port)


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_of_plugins_are_taken(kind: str) -> None:
    surface = build_surface(PARAMETERS | ODD)
    content = plain(KINDS[kind].write(surface, Connection("127.0.0.1", 9000, 7400))).decode()
    for name in ("tide", "hue", "channel", "late"):
        assert name in content


@pytest.mark.parametrize("kind", KINDS)
def test_the_how_to_says_how_each_is_opened(kind: str) -> None:
    assert f"| `{kind}` | [`{KINDS[kind].file_name}`]({KINDS[kind].file_name}) |" in README
