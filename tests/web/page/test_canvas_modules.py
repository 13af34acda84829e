"""The parts of the canvases that can be tested without a server's stream: places, time, cells."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page


def run(page: Page, script: str) -> Any:
    """The value that a script returns; `load(path)` imports a module of the page."""
    return page.evaluate(
        f"async () => {{ const load = (path) => import('/page/js/' + path); {script} }}"
    )


def test_low_bands_lie_at_the_bottom_of_their_level(blank: Page) -> None:
    rows = run(blank, """
      const { GridLayout } = await load('canvas/grid_layout.js')
      const layout = new GridLayout({ bands: 4, levels: 3, width: 500, height: 420, top: 30,
        header: 20, columnWidth: 10 })
      return [layout.cellTop(0, 0) > layout.cellTop(3, 0), layout.rowAt(layout.cellTop(2, 1) + 1),
        layout.rowAt(5)]
    """)  # fmt: skip
    assert rows == [True, {"band": 2, "level": 1}, None]


def test_only_columns_that_have_changed_are_painted_again(blank: Page) -> None:
    painted = run(blank, GRID + """
      view.draw(context, 0)
      const first = view.painted
      view.draw(context, 0)
      const still = view.painted
      grid.put(7, codes)
      view.draw(context, 0)
      return [first, still - first, view.painted - still]
    """)  # fmt: skip
    assert painted[0] >= 512
    assert painted[1:] == [0, 1]


def test_a_place_on_the_canvas_is_a_cell(blank: Page) -> None:
    cell = run(blank, GRID + """
      const x = 9 * layout.columnWidth + 1 - 40
      return [view.hit(x, layout.cellTop(3, 2) + 1, -40), view.hit(x, 479, -40)]
    """)  # fmt: skip
    assert cell == [{"column": 9, "band": 3, "level": 2}, None]


def test_a_cell_differs_if_an_edit_has_changed_its_code(blank: Page) -> None:
    differs = run(blank, GRID + """
      const edited = codes.slice()
      edited[5 * 3 + 1] ^= 1
      grid.put(3, edited, 1)
      const marks = [grid.differs(3, 5, 1), grid.differs(3, 5, 0)]
      grid.put(3, codes, 0)
      return [...marks, grid.differs(3, 5, 1)]
    """)  # fmt: skip
    assert differs == [True, False, False]


def test_a_column_that_was_edited_before_it_was_seen_has_one_mark(blank: Page) -> None:
    """Which cells of it an edit has changed is not known."""
    marks = run(blank, GRID + """
      const { marksOf } = await load('canvas/cell_painter.js')
      const marked = (column) => [...Array(36)].map((_, n) => [n % 12, n / 12 | 0])
        .filter(([band, level]) => marksOf(grid, column, layout)(band, level))
      const edited = codes.slice()
      edited[5 * 3 + 1] ^= 1
      grid.put(4, edited, 1)
      grid.put(603, edited, 1)
      return [marked(4), marked(603), marked(5)]
    """)  # fmt: skip
    assert marks == [[[5, 1]], [[11, 0]], []]


def test_numbers_of_codes_are_readable_on_every_cell(blank: Page) -> None:
    """The contrast of WCAG AA, which is 4.5."""
    least = run(blank, """
      const { codeLook, pixel } = await load('canvas/colours.js')
      const { numberInk } = await load('canvas/cell_painter.js')
      const linear = (one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
      const light = (rgb) => [0.2126, 0.7152, 0.0722]
        .reduce((sum, share, n) => sum + share * linear(Math.round(rgb[n]) / 255), 0)
      const contrasts = []
      for (let level = 0; level < 4; level++) for (let code = 0; code < 512; code++) {
        const { fill } = codeLook(code, level, 4)
        const ink = numberInk({ fills: [pixel(fill)] }, 0)
        const [low, high] = [light(fill), ink === '#fff' ? 1 : 0].sort((a, b) => a - b)
        contrasts.push((high + 0.05) / (low + 0.05))
      }
      return Math.min(...contrasts)
    """)  # fmt: skip
    assert least >= 4.5


def test_the_position_runs_evenly_though_frames_come_unevenly(blank: Page) -> None:
    steps = run(blank, CLOCK + """
      const steps = []
      let before = NaN
      for (let n = 0; n < 600; n++) {
        now = n / 60
        // Every second picture brings a frame, up to 15 ms late.
        if (n % 2 === 0) clock.hear({ ...frame, position: (now - (n * 7 % 15) / 1000) / 0.08 })
        const position = clock.at()
        if (n > 60) steps.push(position - before)
        before = position
      }
      return steps
    """)  # fmt: skip
    usual = 1 / 60 / 0.08
    assert all(0 <= step < 2 * usual for step in steps)
    assert sum(abs(step - usual) for step in steps) / len(steps) < 0.25 * usual


def test_in_a_loop_the_position_wraps_round_by_itself(blank: Page) -> None:
    position = run(blank, CLOCK + """
      clock.hear({ ...frame, motion: 'loop', loop_begin: 10, loop_end: 14, position: 13.5 })
      now = 0.08
      return clock.at()
    """)  # fmt: skip
    assert position == pytest.approx(10.5, abs=0.01)


def test_a_jump_is_followed_at_once(blank: Page) -> None:
    position = run(blank, CLOCK + """
      clock.hear({ ...frame, position: 100 })
      clock.hear({ ...frame, position: 40 })
      return clock.at()
    """)  # fmt: skip
    assert position == 40


def test_the_text_of_an_edit_names_bands_and_levels_only_where_they_are_not_all(
    blank: Page,
) -> None:
    texts = run(blank, """
      const { editText, regionBetween } = await load('canvas/region.js')
      const shape = { bands: 8, levels: 3, labels: ['Structure', 'Timbre', 'Fine Dust'] }
      const cell = (column, band, level) => ({ column, band, level })
      return [regionBetween(cell(9, 4, 1), cell(5, 2, 1), shape), 
              regionBetween(cell(5, 2, 0), cell(9, 4, 1), shape),
              regionBetween(cell(5, 2, 0), cell(9, 4, 1), shape, true)]
        .map((region) => [region.first, region.count, editText(region, 'reverse', shape)])
    """)  # fmt: skip
    assert texts == [
        [5, 5, "reverse --band 3-5 --levels timbre"],
        [5, 5, "reverse --levels structure,timbre"],
        [5, 5, "reverse"],
    ]


def test_the_mark_of_the_meter_stays_and_then_falls(blank: Page) -> None:
    marks = run(blank, """
      const { MeterNeedle, meterShare } = await load('canvas/meter.js')
      const needle = new MeterNeedle()
      needle.hear(0.1, 1, 0)
      needle.hear(0.1, 0.1, 0.1)
      return [meterShare(0.001), needle.mark(1), needle.mark(2) < 1, needle.mark(9), needle.clipped]
    """)  # fmt: skip
    assert marks == [0, 1, True, 0, True]


def test_the_ruler_of_a_loop_has_its_seconds_and_its_length(blank: Page) -> None:
    texts = run(blank, """
      const { drawRuler } = await load('canvas/timeline_marks.js')
      const texts = []
      const context = { fillRect() {}, fillText: (text, x) => texts.push([text, Math.round(x)]),
        measureText: (text) => ({ width: 6 * text.length }) }
      const layout = { width: 900, top: 28 }
      const scene = { context, layout, scale: 1, x: (column) => 10 * column }
      drawRuler(scene, 480, 100, { begin: 20, end: 45 })
      drawRuler(scene, 480, 100, { begin: 1, end: 26 })
      return texts
    """)  # fmt: skip
    assert texts == [
        ["0 s", 200], ["1 s", 300], ["2 s", 400], ["loop 2.50 s", 180],
        ["0 s", 10], ["1 s", 110], ["2 s", 210], ["loop 2.50 s", 268],
    ]  # fmt: skip


def test_a_waveform_grows_with_the_decibels(blank: Page) -> None:
    shares = run(blank, """
      const { waveShare } = await load('canvas/sound_view.js')
      return [1, 2, 10 ** (-30 / 20), -(10 ** (-15 / 20)), 0.0001, 0].map(waveShare)
    """)  # fmt: skip
    assert shares == pytest.approx([1, 1, 0.5, -0.75, 0, 0])


def test_a_sound_view_goes_on_from_what_was_seen_before(blank: Page) -> None:
    heard = run(blank, """
      const { SoundView } = await load('canvas/sound_view.js')
      const host = document.createElement('div')
      host.style = 'position: relative; width: 600px; height: 60px'
      document.body.append(host)
      const frame = (max, past = false) => ({ min: 0, max, past, spectrum: new Uint8Array(96) })
      const kept = { heard: [frame(0.1), frame(0.2)], at: performance.now() - 6 * 33.3 }
      const view = new SoundView(host, kept)
      const wide = Math.round(600 * devicePixelRatio)
      while (view.canvas.width !== wide) await new Promise((done) => setTimeout(done, 10))
      for (const max of [0.5, 0.6, 0.7]) view.hear(frame(max, true))
      view.hear(frame(0.8))
      view.hear(frame(0.9))
      return view.remove().heard.map(({ max }) => max)
    """)  # fmt: skip
    assert heard[:2] == [0.1, 0.2] and heard[-5:] == [0.5, 0.6, 0.7, 0.8, 0.9]
    assert 3 <= len(heard) - 7 and set(heard[2:-5]) == {0}


GRID = """
  const { GridColumns } = await load('canvas/grid_columns.js')
  const { GridLayout } = await load('canvas/grid_layout.js')
  const { GridView } = await load('canvas/grid_view.js')
  const grid = new GridColumns(12, 3, 600)
  const codes = Uint16Array.from({ length: 36 }, (_, index) => index % 64)
  for (let column = 0; column < 600; column++) grid.put(column, codes)
  const view = new GridView(grid, ['Structure', 'Timbre', 'Detail'], 64)
  const layout = new GridLayout({ bands: 12, levels: 3, width: 1536, height: 480, columnWidth: 3 })
  view.setLayout(layout)
  const context = document.createElement('canvas').getContext('2d')
  context.canvas.width = 1536
"""

CLOCK = """
  const { ScrollClock } = await load('canvas/scroll_clock.js')
  let now = 0
  const clock = new ScrollClock(() => now)
  clock.columnSeconds = 0.08
  const nothing = { loop_begin: NaN, loop_end: NaN }
  const frame = { motion: 'forward', transport: 'play', position: 0, ...nothing }
  clock.hear(frame)
"""


#: Counts the pictures of half a second, those of the screen and those that are drawn, and then the
#: ones that are still drawn after the end.
PICTURES = """
  const { everyPicture } = await load('canvas/pictures.js')
  const screen = () => new Promise(requestAnimationFrame)
  let drawn = 0, shown = 0
  const end = everyPicture(() => { drawn++ })
  const begun = performance.now()
  while (performance.now() < begun + 500) { await screen(); shown++ }
  const passed = performance.now() - begun, counted = drawn
  end()
  for (let n = 0; n < 12; n++) await screen()
  return [passed, shown, counted, drawn - counted]
"""

#: Three begin one after the other; which of them are drawn in each picture from then on.
SHARED = """
  const { everyPicture } = await load('canvas/pictures.js')
  const drawn = new Map()
  const note = (name) => {
    const at = document.timeline.currentTime
    drawn.set(at, [...drawn.get(at) ?? [], name])
  }
  const ends = []
  for (const name of ['timeline', 'sound', 'meter']) {
    ends.push(everyPicture(() => note(name)))
    await new Promise((go) => setTimeout(go, 30))
  }
  await new Promise(requestAnimationFrame)
  drawn.clear()
  while (drawn.size < 4) await new Promise(requestAnimationFrame)
  for (const end of ends) end()
  return [...drawn.values()].map((names) => names.sort().join())
"""


def test_what_moves_is_drawn_for_each_picture_of_the_screen(blank: Page) -> None:
    blank.emulate_media(reduced_motion="no-preference")
    _, shown, drawn, after = run(blank, PICTURES)
    assert shown - 1 <= drawn <= shown + 1
    assert after == 0


def test_with_little_motion_it_is_drawn_at_most_twelve_times_a_second(blank: Page) -> None:
    blank.emulate_media(reduced_motion="reduce")
    passed, shown, drawn, after = run(blank, PICTURES)
    assert 1 <= drawn <= min(passed / 83 + 2, shown + 1)
    assert after == 0


def test_with_little_motion_all_that_moves_is_drawn_in_the_same_pictures(blank: Page) -> None:
    blank.emulate_media(reduced_motion="reduce")
    assert set(run(blank, SHARED)) == {"meter,sound,timeline"}
