"""Going from model to model while a real server plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.logged_session import session
from tests.tools import wait_until


def test_swaps_in_a_row_match_loudness_and_leave_nothing_behind(
    tiny_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        played.set("model_fade", 0.05)
        before = len(played.server.children())
        for number in range(4):
            played.swap((tiny_two_levels_path, tiny_model_path)[number % 2])
        wait_until(lambda: len(played.server.children()) == before, "the old engines to end")
        played.hear(0.5)
        counts = played.end()
    assert counts["restarts"] == 0
    swaps = played.entries("swap")
    assert [swap["deck"] for swap in swaps] == 2 * [1, 0]
    assert {swap["faded"] for swap in swaps} == {2_400}
    assert "restarting it" not in played.server.errors
    # The headers tell: the one says nothing and counts as -18 dB; the other has -12 dB.
    assert [swap["gain"] for swap in swaps] == pytest.approx(2 * [10 ** (-6 / 20), 1.0])


def test_after_a_swap_the_levels_go_by_the_new_models_names(
    tiny_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        played.set("model_fade", 0.05)
        played.set("temperature/timbre", 0.5)
        played.swap(tiny_two_levels_path)
        played.set("temperature/air", 0.625)
        played.set("edit/mask/on/body", 1)
        played.osc.send("/distill/temperature/timbre", 0.75)
        assert played.osc.ask("/distill/ping", 1) == [1]
        played.end()
    noted = [(e["name"], e["level"], e["value"]) for e in played.entries("set")]
    assert ("temperature", 1, 0.625) in noted
    assert ("edit/mask/on", 0, 1.0) in noted
    assert ("temperature", 1, 0.75) not in noted


def test_of_models_asked_for_while_one_is_coming_the_newest_is_next(
    tiny_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    with session(tiny_model_path, tmp_path) as played:
        played.set("model_fade", 0.05)
        before = len(played.server.children())
        played.osc.send("/distill/model", str(tiny_two_levels_path))
        wait_until(lambda: len(played.server.children()) > before, "another engine")
        for model in (tmp_path / "nowhere", tiny_model_path):
            played.osc.send("/distill/model", str(model))
        wait_until(lambda: len(played.entries("swap")) == 2, "two swaps")
        played.end()
    assert f"/nowhere was not loaded: {tiny_model_path} was asked for" in played.server.errors
    assert "no model" not in played.server.errors
    names = [entry["name"] for entry in played.entries("engine")]
    assert names == ["tiny", "two", "tiny"]


def damaged_copy(model: Path, folder: Path) -> Path:
    """A model whose header is whole, but not its weights."""
    copy = folder / "damaged.distill"
    content = bytearray(model.read_bytes())
    content[-100] ^= 1
    copy.write_bytes(content)
    return copy


def test_a_model_that_cannot_be_played_is_said_and_the_old_one_plays_on(
    tiny_model_path: Path, tiny_two_levels_path: Path, tmp_path: Path
) -> None:
    damaged = damaged_copy(tiny_model_path, tmp_path)
    (tmp_path / "noise.distill").write_bytes(b"noise")
    with session(tiny_model_path, tmp_path) as played:
        played.set("model_fade", 0.05)
        before = len(played.server.children())
        for wrong in ("nowhere", str(tmp_path / "noise.distill"), str(damaged)):
            played.osc.send("/distill/model", wrong)
            assert played.osc.ask("/distill/ping", 1) == [1]
            played.hear(0.2)
        played.swap(tiny_two_levels_path)
        wait_until(lambda: len(played.server.children()) == before, "the old engines to end")
        counts = played.end()
    assert counts["restarts"] == 0
    said = [line for line in played.server.errors.splitlines() if "keeps playing" in line]
    assert len(said) == 3
    assert "no model 'nowhere'" in said[0]
    assert "noise.distill" in said[1]
    assert said[2].startswith("tiny keeps playing: cannot load damaged: ")
    assert "do not match their checksum" in said[2]
    assert [swap["deck"] for swap in played.entries("swap")] == [1]
