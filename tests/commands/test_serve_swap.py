"""Going from model to model while a real server plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.logged_session import Session, session
from tests.tools import read_line, wait_until


@pytest.fixture(scope="module")
def played(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """For all tests; each of them leaves one engine, of whichever model."""
    with session(calm_model_path, tmp_path_factory.mktemp("swaps")) as played:
        played.set("model_fade", 0.05)
        yield played
        assert played.end()["restarts"] == 0
    assert "restarting it" not in played.server.errors


@pytest.fixture
def tiny_plays(played: Session, calm_model_path: Path) -> None:
    if sounding(played) != "tiny":
        played.swap(calm_model_path)


def sounding(played: Session) -> str:
    """The name of the model that was loaded last."""
    return str(played.entries("engine")[-1]["name"])


def said(played: Session, words: str) -> str:
    """The next line that the server prints with these words in it."""
    assert played.server.process.stderr is not None
    while words not in (line := read_line(played.server.process.stderr)):
        assert line, "it has ended"
    return line.strip()


@pytest.mark.usefixtures("tiny_plays")
def test_swaps_in_a_row_match_loudness_and_leave_nothing_behind(
    played: Session, calm_model_path: Path, tiny_two_levels_path: Path
) -> None:
    before, past = len(played.server.children()), len(played.entries("swap"))
    for number in range(4):
        played.swap((tiny_two_levels_path, calm_model_path)[number % 2])
    wait_until(lambda: len(played.server.children()) == before, "the old engines to end")
    played.hear(0.5)
    swaps = played.entries("swap")[past:]
    assert [swap["deck"] for swap in swaps] == 2 * [1, 0]
    assert {swap["faded"] for swap in swaps} == {2_400}
    # The headers tell: the one says nothing and counts as -18 dB; the other has -12 dB.
    assert [swap["gain"] for swap in swaps] == pytest.approx(2 * [10 ** (-6 / 20), 1.0])


@pytest.mark.usefixtures("tiny_plays")
def test_of_models_asked_for_while_one_is_coming_the_newest_is_next(
    played: Session, calm_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    before, past = len(played.server.children()), len(played.entries("swap"))
    played.osc.send("/distill/model", str(tiny_two_levels_path))
    wait_until(lambda: len(played.server.children()) > before, "another engine")
    for model in (tmp_path / "nowhere", calm_model_path):
        played.osc.send("/distill/model", str(model))
    line = said(played, "nowhere")
    assert f"/nowhere was not loaded: {calm_model_path} was asked for" in line
    wait_until(lambda: len(played.entries("swap")) == past + 2, "two swaps")
    assert [entry["name"] for entry in played.entries("engine")[-3:]] == ["tiny", "two", "tiny"]
    wait_until(lambda: len(played.server.children()) == before, "the old engines to end")


@pytest.mark.usefixtures("tiny_plays")
def test_after_a_swap_the_levels_go_by_the_new_models_names(
    played: Session, tiny_two_levels_path: Path
) -> None:
    before, past = len(played.server.children()), len(played.entries("set"))
    played.set("temperature/timbre", 0.5)
    played.swap(tiny_two_levels_path)
    played.set("temperature/air", 0.625)
    played.set("edit/mask/on/body", 1)
    played.osc.send("/distill/temperature/timbre", 0.75)
    assert played.osc.ask("/distill/ping", 1) == [1]
    played.set("edit/mask/on/body", 0)
    noted = [(e["name"], e["level"], e["value"]) for e in played.entries("set")[past:]]
    assert ("temperature", 1, 0.625) in noted
    assert ("edit/mask/on", 0, 1.0) in noted
    assert ("temperature", 1, 0.75) not in noted
    wait_until(lambda: len(played.server.children()) == before, "the old engines to end")


def damaged_copy(model: Path, folder: Path) -> Path:
    """A model whose header is whole, but not its weights."""
    copy = folder / "damaged.distill"
    content = bytearray(model.read_bytes())
    content[-100] ^= 1
    copy.write_bytes(content)
    return copy


def test_a_model_that_cannot_be_played_is_said_and_the_old_one_plays_on(
    played: Session, calm_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    damaged = damaged_copy(calm_model_path, tmp_path)
    (tmp_path / "noise.distill").write_bytes(b"noise")
    here, decks = sounding(played), [one["deck"] for one in played.entries("swap")]
    before = len(played.server.children())
    lines = []
    for wrong in ("nowhere", str(tmp_path / "noise.distill"), str(damaged)):
        played.osc.send("/distill/model", wrong)
        assert played.osc.ask("/distill/ping", 1) == [1]
        played.hear(0.2)
        lines.append(said(played, "keeps playing"))
    assert "no model 'nowhere'" in lines[0]
    assert "noise.distill" in lines[1]
    assert lines[2].startswith(f"{here} keeps playing: cannot load damaged: ")
    assert "do not match their checksum" in lines[2]
    played.swap(calm_model_path if here == "two" else tiny_two_levels_path)
    wait_until(lambda: len(played.server.children()) == before, "the old engines to end")
    assert len(played.entries("swap")) == len(decks) + 1
    assert played.entries("swap")[-1]["deck"] == 1 - (decks or [0])[-1]
