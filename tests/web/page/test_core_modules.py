"""The page's core: what it reads from frames, and how numbers become text and travel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from distill_live.parameters import find_travel, scale_travel
from distill_live.parameters.curves import Curve
from distill_live.web.socket.frames import (
    Meters,
    Window,
    pack_audio,
    pack_meters,
    pack_sound,
    pack_timeline,
)


def run(page: Page, script: str, given: Any = None) -> Any:
    """The value that a script returns: `load(path)` imports a module of the page, `given` is what
    was handed in, and `view(bytes)` makes a DataView."""
    return page.evaluate(
        f"""async (given) => {{
          const load = (path) => import('/page/js/' + path)
          const view = (bytes) => new DataView(new Uint8Array(bytes).buffer)
          {script}
        }}""",
        given,
    )


def test_a_timeline_frame_is_read_as_it_was_packed(blank: Page) -> None:
    codes = np.arange(2 * 3 * 2, dtype=np.uint16).reshape(2, 3, 2) + 500
    flags, entropy = np.array([1, 6], np.uint8), np.array([1500, 65_535], np.uint16)
    packet = pack_timeline(Window(4, 10, 90), 70_000, codes, flags, entropy)
    read = run(blank, """
      const { readTimeline } = await load('core/frames.js')
      const { flags, entropy, codes, ...rest } = readTimeline(view(given))
      return { ...rest, flags: [...flags], codes: [...codes], first: entropy[0],
        unknown: Number.isNaN(entropy[1]), start: rest.first }
    """, list(packet))  # fmt: skip
    assert read["codes"] == codes.ravel().tolist()
    assert read["flags"] == [1, 6]
    assert (read["first"], read["unknown"], read["start"]) == (1.5, True, 70_000)
    assert (read["bands"], read["levels"], read["count"], read["segment"]) == (3, 2, 2, 4)


def test_a_meter_frame_is_read_as_it_was_packed(blank: Page) -> None:
    meters = Meters(2, 1, True, *[float(n) for n in range(15)])
    read = run(blank, """
      const { readMeters } = await load('core/frames.js')
      return readMeters(view(given))
    """, list(pack_meters(meters)))  # fmt: skip
    assert (read["motion"], read["transport"], read["bridging"]) == ("loop", "stop", True)
    names = list(Meters.__dataclass_fields__)[3:]
    assert [read[name] for name in names] == list(range(15))


def test_sound_and_audio_frames_are_read_as_they_were_packed(blank: Page) -> None:
    sound = pack_sound(-0.5, 0.25, np.array([0, 128, 255], np.uint8))
    audio = pack_audio(48_000, 1 << 40, np.array([[1, -2], [3, -4]], np.int16))
    read = run(blank, """
      const { readSound, readAudio } = await load('core/frames.js')
      const sound = readSound(view(given[0])), audio = readAudio(view(given[1]))
      return [sound.min, sound.max, [...sound.spectrum], audio.channels, audio.rate, audio.position,
        [...audio.samples]]
    """, [list(sound), list(audio)])  # fmt: skip
    assert read == [-0.5, 0.25, [0, 128, 255], 2, 48_000, 1 << 40, [1, -2, 3, -4]]


@pytest.mark.parametrize("curve", ["linear", "exp", "log", "s"])
def test_faders_travel_as_controllers_do(blank: Page, curve: Curve) -> None:
    travels = [0.0, 0.2, 0.5, 0.9, 1.0]
    parameter = {"min": -1.0, "max": 3.0, "curve": curve, "kind": "float"}
    values, back = run(blank, """
      const { fromTravel, toTravel } = await load('core/format.js')
      const values = given.travels.map((travel) => fromTravel(travel, given.parameter))
      return [values, values.map((value) => toTravel(value, given.parameter))]
    """, {"travels": travels, "parameter": parameter})  # fmt: skip
    assert values == pytest.approx([scale_travel(one, -1.0, 3.0, curve) for one in travels])
    assert back == pytest.approx([find_travel(one, -1.0, 3.0, curve) for one in values])


@pytest.mark.parametrize(
    ("text", "read"),
    [("0.5", 0.5), ("0,5", 0.5), (" 2 s", 2), ("50 %", 5), ("off", "off"), ("loud", None)],
)
def test_typed_values_are_understood(blank: Page, text: str, read: object) -> None:
    parsed = run(blank, """
      const { parseValue } = await load('core/format.js')
      return parseValue(given, { min: 0, max: 10, kind: 'float' })
    """, text)  # fmt: skip
    assert parsed == read


def test_choices_without_a_limit_say_so(blank: Page) -> None:
    found = run(blank, """
      const { formatValue, parseValue, unitOf } = await load('core/format.js')
      const parameter = { name: 'top_k', min: 0, max: 512, kind: 'int', unit: 'codes' }
      return [formatValue(0, parameter), unitOf(0, parameter), parseValue('no limit', parameter),
        formatValue(12, parameter), unitOf(12, parameter), formatValue(null, parameter)]
    """)  # fmt: skip
    assert found == ["no limit", "", 0, "12 codes", "codes", "off"]


def test_levels_keep_the_colour_of_their_place_when_they_are_renamed(blank: Page) -> None:
    colours = run(blank, """
      const { levelsOf } = await load('core/store.js')
      return given.map((levels) => levelsOf({ levels }).map((level) => level.colour))
    """, [["Structure", "Timbre", "Detail"], ["Bones", "Skin Tone", "Dust"], ["A", "B", "C", "D"],
          ["Structure", "Detail"]])  # fmt: skip
    assert colours == [
        ["structure", "timbre", "detail"],
        ["structure", "timbre", "detail"],
        ["structure", "timbre", "texture", "detail"],
        ["structure", "detail"],
    ]


def test_a_key_that_always_works_is_heard_wherever_the_focus_is(blank: Page) -> None:
    blank.evaluate("""async () => {
      const { bindKeys, startKeys } = await import('/page/js/core/keys.js')
      startKeys()
      window.heard = []
      const binding = (keys, always) => ({ keys, text: keys, always, run: () => heard.push(keys) })
      bindKeys('Frame', [binding('Shift+Escape', true), binding('Escape', false)])
      document.body.innerHTML = '<input><div tabindex="0"></div><dialog><button></button></dialog>'
      document.querySelector('div').onkeydown = (event) => {
        if (event.key === 'Escape') heard.push('own')
        event.stopPropagation()
      }
    }""")
    for selector in ("input", "div"):
        blank.locator(selector).focus()
        blank.keyboard.press("Shift+Escape")
    blank.keyboard.press("Escape")
    blank.evaluate("document.querySelector('dialog').showModal()")
    blank.keyboard.press("Shift+Escape")
    assert blank.evaluate("heard") == ["Shift+Escape", "Shift+Escape", "own", "Shift+Escape"]
    assert blank.evaluate("document.querySelector('dialog').open")
