"""The Generate tab, as a user goes through it, with a real server and real sounds."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.page.conftest import OpenPage, axe_faults, shot
from tests.web.page.opened import KeptPage
from tests.web.page.workshop import PATIENCE, Workshop, open_workbench

PRESS_MS = 80
#: Where an element is in the page, however far that is scrolled.
PLACE = "one => one.offsetTop"


@pytest.fixture(scope="module")
def served(
    warm: None, calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    with open_workbench(tmp_path_factory.mktemp("generate"), calm_model_path) as found:
        yield found


@pytest.fixture
def tab(kept_page: KeptPage) -> Page:
    page = kept_page.show("generate")
    model = page.get_by_role("combobox", name="Model")
    model.select_option("tiny")
    expect(model).to_have_value("tiny")
    return page


def press(locator: Locator) -> None:
    locator.click(delay=PRESS_MS)


def generate(page: Page, seed: int, **fields: object) -> None:
    for label, value in ({"Seconds": 1, "Seed": seed} | fields).items():
        page.get_by_label(label, exact=True).and_(page.locator("input.number")).fill(str(value))
    press(page.get_by_role("button", name="Generate", exact=True))


def made(page: Page, seed: int) -> Locator:
    """The row of a sound, once it is there and no job adds further ones above it."""
    row = page.locator(".sound").filter(has_text=f"tiny_{seed}.wav")
    expect(row).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".job").get_by_role("button", name="Stop")).to_have_count(0)
    return row


def test_the_sounds_stay_where_they_are_when_a_job_ends(tab: Page) -> None:
    generate(tab, 70)
    row = made(tab, 70)
    before = row.evaluate(PLACE)
    generate(tab, 71, Seconds=600)
    job = tab.get_by_role("region", name="In progress")
    expect(job).to_be_visible()
    assert row.evaluate(PLACE) == before
    press(job.get_by_role("button", name="Stop"))
    press(job.get_by_role("button", name="Clear"))
    expect(job).to_have_count(0)
    assert row.evaluate(PLACE) == before


def test_a_sound_is_made_and_can_be_heard(tab: Page) -> None:
    generate(tab, 7)
    row = made(tab, 7)
    press(row.get_by_role("button", name="Play tiny_7.wav"))
    expect(row.get_by_role("button", name="Pause tiny_7.wav")).to_be_visible()
    position = row.get_by_role("slider")
    expect(position).not_to_have_attribute("aria-valuenow", "0")
    expect(position).to_have_attribute("aria-valuemax", "1")
    expect(row.locator(".sound-name")).to_contain_text("tiny, seed 7 · 1.0 s · ")
    shot(tab, "generate")
    assert axe_faults(tab) == []


def test_settings_of_a_sound_are_taken_over(tab: Page) -> None:
    temperature = fader(tab, "Temperature")
    press(tab.get_by_role("button", name="Set levels separately"))
    tab.get_by_label("Temperature of Timbre").fill("0.4")
    temperature.press("0")
    tab.get_by_label("Temperature", exact=True).and_(tab.locator("input")).fill("0.7")
    tab.keyboard.press("Enter")
    generate(tab, 8)
    row = made(tab, 8)
    press(tab.get_by_role("button", name="Defaults"))
    expect(temperature).to_have_attribute("aria-valuenow", "1")
    press(row.get_by_role("button", name="Reuse settings"))
    expect(temperature).to_have_attribute("aria-valuenow", "0.7")
    expect(tab.get_by_label("Temperature of Timbre")).to_have_value("0.40")
    expect(tab.get_by_label("Seed", exact=True)).to_have_value("8")


def test_the_form_is_kept_until_the_browsers_tab_is_closed(tab: Page, open_page: OpenPage) -> None:
    seconds, warmth = tab.get_by_label("Seconds"), fader(tab, "Temperature")
    seconds.fill("3")
    warmth.press("Home")
    fader(tab, "Brightness").press("End")
    tab.get_by_role("link", name="Library").click()
    tab.get_by_role("link", name="Generate").click()
    expect(seconds).to_have_value("3.0")
    tab.reload()
    expect(seconds).to_have_value("3.0")
    expect(warmth).to_have_attribute("aria-valuenow", "0.1")
    expect(fader(tab, "Brightness")).to_have_attribute("aria-valuenow", "1")
    fader(tab, "Brightness").press("Delete")
    expect(fader(tab, "Brightness")).to_have_attribute("aria-valuetext", "off")
    expect(open_page("/#generate").get_by_label("Seconds")).to_have_value("10.0")


def fader(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def test_grains_loudness_and_fades_are_chosen_for_a_sound_and_taken_over(
    tab: Page, served: Workshop, tiny_grainy_path: Path, open_page: OpenPage
) -> None:
    sound = tab.get_by_role("group", name="Sound", exact=True)
    expect(sound).to_contain_text("This model has no clarity and no grains.")
    grains = served.models / "tiny.grains"
    shutil.copyfile(tiny_grainy_path.with_suffix(".grains"), grains)
    try:
        page = open_page("/#generate")
        page.get_by_role("combobox", name="Model").select_option("tiny")
        expect(page.get_by_text("This model has no clarity.")).to_be_visible()
        for name, key in {"Grain": "Home", "Grain reach": "End"}.items():
            fader(page, name).press(key)
        generate(page, 60, **{"LUFS": -20, "Fade, ms": 40})
        row = made(page, 60)
        [file] = served.folder.rglob("tiny_60.json")
        settings = json.loads(file.read_text())["settings"]
        chosen = [settings[one] for one in ("clarity", "grain", "reach", "lufs", "fade_ms")]
        assert chosen == [1, 0, 40, -20, 40]
        press(page.get_by_role("button", name="Defaults"))
        expect(fader(page, "Grain")).to_have_attribute("aria-valuenow", "1")
        expect(page.get_by_label("LUFS", exact=True)).to_have_value("")
        expect(page.get_by_label("Fade, ms", exact=True)).to_have_value("")
        press(row.get_by_role("button", name="Reuse settings"))
        expect(fader(page, "Grain")).to_have_attribute("aria-valuenow", "0")
        expect(fader(page, "Grain reach")).to_have_attribute("aria-valuenow", "40")
        expect(page.get_by_label("LUFS", exact=True)).to_have_value("-20.00")
        expect(page.get_by_label("Fade, ms", exact=True)).to_have_value("40.0")
    finally:
        grains.unlink()


def test_the_other_sound_goes_on_where_the_first_one_is(tab: Page) -> None:
    generate(tab, 20, Seconds=8, Count=2)
    for side, seed in (("A", 20), ("B", 21)):
        press(made(tab, seed).get_by_role("button", name=f"Compare as {side}"))
    compare = tab.get_by_role("group", name="Compare two sounds")
    press(compare.get_by_role("button", name="Play tiny_20.wav"))
    first, second = (made(tab, seed).get_by_role("slider") for seed in (20, 21))
    expect(first).to_have_attribute("aria-valuenow", re.compile(r"^[1-7]"))
    tab.keyboard.press("x")
    expect(compare).to_contain_text("tiny_21.wav")
    before = float(first.get_attribute("aria-valuenow") or 0)
    expect(second).to_have_attribute("aria-valuenow", re.compile(r"^[1-8]"))
    assert float(second.get_attribute("aria-valuenow") or 0) >= before


def test_a_favourite_stays_when_others_are_hidden(tab: Page) -> None:
    generate(tab, 30, Count=2)
    made(tab, 31)
    star = made(tab, 30).get_by_role("button", name="Favourite")
    press(star)
    expect(star).to_have_attribute("aria-pressed", "true")
    press(tab.get_by_role("button", name="Favourites"))
    expect(tab.locator(".sound").filter(has_text="tiny_31.wav")).to_have_count(0)
    expect(tab.locator(".sound").filter(has_text="tiny_30.wav")).to_be_visible()


def test_a_deleted_sound_comes_back(tab: Page, served: Workshop) -> None:
    generate(tab, 40)
    row = made(tab, 40)
    [file] = served.folder.rglob("tiny_40.wav")
    press(row.get_by_role("button", name="Delete"))
    expect(row).to_have_count(0)
    assert not file.exists()
    press(tab.get_by_role("button", name="Undo"))
    made(tab, 40)
    assert file.with_suffix(".json").exists()


def test_a_long_generation_can_be_stopped(tab: Page) -> None:
    generate(tab, 50, Seconds=3600)
    job = tab.locator(".job").filter(has=tab.get_by_role("button", name="Stop"))
    press(job.get_by_role("button", name="Stop"))
    expect(tab.locator(".job[data-state=stopped]").first).to_be_visible()


@pytest.mark.parametrize(
    ("label", "text", "error"),
    [
        ("Seconds", "99999", "A number from 0.1 to 3600"),
        ("Seconds", "abc", "A number from 0.1 to 3600"),
        ("Count", "1.5", "A whole number from 1 to 100"),
        ("Seed", "abc", "A whole number from 0 to 2147483647"),
        ("LUFS", "-3", "A number from -40 to -6"),
    ],
)
def test_a_number_that_is_not_legal_is_told_at_its_field_and_starts_nothing(
    tab: Page, label: str, text: str, error: str
) -> None:
    asked: list[str] = []
    tab.route("**/api/jobs", lambda route: (asked.append(route.request.method), route.continue_()))
    field = tab.get_by_label(label, exact=True).and_(tab.locator("input.number"))
    field.fill(text)
    field.press("Enter")
    wrong = tab.locator("label", has_text=label).filter(has=tab.get_by_role("alert"))
    expect(wrong).to_contain_text(error)
    press(tab.get_by_role("button", name="Generate", exact=True))
    expect(wrong.locator("input")).to_have_value(text)
    tab.wait_for_timeout(300)
    assert "POST" not in asked
    press(tab.get_by_role("button", name="Defaults"))
    expect(tab.get_by_role("alert")).to_have_count(0)


def test_jobs_that_run_say_how_long_their_sounds_are_and_from_which_seed(tab: Page) -> None:
    generate(tab, 70, Seconds=3000)
    job = tab.locator(".job").filter(has_text="tiny: 1 sound of 3000 s, seed 70")
    press(job.get_by_role("button", name="Stop"))
    expect(job).to_have_attribute("data-state", "stopped")


def test_the_button_that_stops_a_job_stays_in_its_place_while_its_state_changes(tab: Page) -> None:
    places = """() => {
      window.states = {}
      const look = () => {
        if (!window.states) return
        const job = document.querySelector('.job[data-state=running]')
        const { x, y } = job?.querySelector('.job-buttons button')?.getBoundingClientRect() ?? {}
        if (job) window.states[job.querySelector('.job-state').textContent] = [x, y]
        requestAnimationFrame(look)
      }
      look()
    }"""
    tab.evaluate(places)
    generate(tab, 71, Seconds=3000)
    job = tab.locator(".job").filter(has_text="tiny: 1 sound of 3000 s, seed 71")
    expect(job).to_contain_text("running · 2 %", timeout=PATIENCE)
    states = tab.evaluate(
        "(() => { const { states } = window; window.states = null; return states })()"
    )
    press(job.get_by_role("button", name="Stop"))
    expect(job).to_have_attribute("data-state", "stopped")
    assert len(states) >= 3
    assert None not in next(iter(states.values()))
    assert len({tuple(place) for place in states.values()}) == 1, states
