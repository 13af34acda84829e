"""The jitter buffer of the browser's sound, fed with sound whose time is known."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

#: Plays `seconds` of a 440 Hz tone from a server whose clock runs `drift` times as fast, in pieces
#: of 20 ms, each `late(n)` seconds late; `lost(n)` says which pieces never come.
PLAY = """async ({ seconds, drift, late, lost, latency }) => {
  const { JitterBuffer } = await import('/page/js/audio/jitter_buffer.js')
  const rate = 48000, piece = 960, block = 128
  const buffer = new JitterBuffer(rate, latency)
  const lateBy = new Function('n', 'return ' + late), isLost = new Function('n', 'return ' + lost)
  const left = new Float32Array(block), right = new Float32Array(block)
  const heard = []
  let sent = 0
  for (let at = 0; at < seconds * rate; at += block) {
    while ((sent + 1) * piece / (rate * drift) + lateBy(sent) <= at / rate) {
      const samples = Int16Array.from({ length: 2 * piece }, (_, index) => {
        const time = (sent * piece + (index >> 1)) / rate
        return Math.round(16000 * Math.sin(2 * Math.PI * 440 * time))
      })
      if (!isLost(sent)) buffer.push(samples, 2, sent * piece)
      sent++
    }
    buffer.pull([left, right])
    heard.push(...left)
  }
  let step = 0
  for (let n = rate; n < heard.length; n++) step = Math.max(step, Math.abs(heard[n] - heard[n - 1]))
  return { gaps: buffer.gaps, fill: buffer.fill, bend: buffer.bend, step, playing: buffer.playing }
}"""

#: The largest step between two samples of the tone.
SMOOTH = 16000 / 32768 * 2 * 3.1416 * 440 / 48000


def play(page: Page, **given: object) -> dict[str, Any]:
    asked = {"seconds": 10, "drift": 1, "late": "0", "lost": "false", "latency": 0.1}
    result: dict[str, Any] = page.evaluate(PLAY, {**asked, **given})
    return result


def test_pieces_that_come_unevenly_are_played_without_a_gap(blank: Page) -> None:
    played = play(blank, late="0.05 * ((n * 37 % 11) / 11)")
    assert played["gaps"] == 0
    assert played["step"] < 1.05 * SMOOTH


@pytest.mark.parametrize("drift", [0.9995, 1.0005])
def test_a_clock_that_drifts_is_followed(blank: Page, drift: float) -> None:
    played = play(blank, drift=drift, seconds=120)
    assert played["gaps"] == 0
    assert 0.05 < played["fill"] < 0.16
    assert played["bend"] == pytest.approx(drift - 1, abs=0.0002)


def test_a_piece_that_comes_too_late_is_one_gap_that_fades(blank: Page) -> None:
    played = play(blank, late="n === 300 ? 0.3 : 0")
    assert played["gaps"] >= 1
    assert played["playing"]
    assert played["step"] < 3 * SMOOTH


def test_after_a_gap_the_latency_is_what_it_was(blank: Page) -> None:
    played = play(blank, seconds=8, late="n > 300 && n < 330 ? 0.6 - (n - 300) * 0.02 : 0")
    assert played["gaps"] == 1
    assert played["fill"] == pytest.approx(0.1, abs=0.03)


def test_what_is_lost_on_the_way_counts_as_a_gap(blank: Page) -> None:
    assert play(blank, lost="n === 300")["gaps"] == 1
