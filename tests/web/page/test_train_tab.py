"""The Train tab, as a user goes through it: real recordings, real trainings of an epoch or two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.page.conftest import axe_faults, drop_files, shot
from tests.web.page.opened import KeptPage
from tests.web.page.test_core_modules import run
from tests.web.page.workshop import PATIENCE, Workshop, open_workbench, write_tones

PRESS_MS = 80
#: The tiny networks are for so many recordings.
SOUNDS = 6


@pytest.fixture(scope="module")
def served(
    warm: None, calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    with open_workbench(tmp_path_factory.mktemp("train"), calm_model_path) as found:
        yield found


@pytest.fixture
def tab(kept_page: KeptPage) -> Page:
    page = kept_page.show("train")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    return page


def press(locator: Locator) -> None:
    locator.click(delay=PRESS_MS)


def fill_set(page: Page, name: str, files: list[Path]) -> None:
    """Make a set, and upload files into it."""
    press(page.get_by_role("button", name="New set"))
    page.get_by_role("dialog").get_by_role("textbox").fill(name)
    press(page.get_by_role("button", name="Create"))
    expect(page.get_by_label("Set of recordings")).to_have_value(name)
    page.get_by_label("Recordings to upload", exact=True).set_input_files(files)
    expect(page.locator(".inspection")).to_be_visible(timeout=PATIENCE)


def start(page: Page, **epochs: int) -> None:
    press(page.get_by_text("More settings"))
    for label, count in epochs.items():
        page.get_by_label(label.replace("_", " ")).fill(str(count))
    press(page.get_by_role("button", name="Start training"))


def test_what_training_keeps_of_the_recordings_can_be_left_out(blank: Page) -> None:
    asked = run(
        blank,
        """
        const { defaultsOf, optionsOf } = await load('train/options.js')
        return [{}, { grains: false }, { training_codes: false }].map((chosen) =>
          optionsOf('new', { ...defaultsOf('new'), ...chosen }))
        """,
    )
    assert asked == [{}, {"grains": False}, {"training_codes": False}]


def test_a_time_and_numbers_of_epochs_take_each_other_back(blank: Page) -> None:
    found = run(
        blank,
        """
        const { changed, optionsOf, quickTrial } = await load('train/options.js')
        const counted = changed('new', { time: '20m' }, { codec_epochs: 3 })
        const timed = changed('new', counted, { time: '1.5h' })
        const quick = changed('vocoder', { epochs: 4 }, quickTrial(true))
        return [optionsOf('new', counted), optionsOf('new', timed), optionsOf('vocoder', quick),
          optionsOf('vocoder', changed('vocoder', quick, quickTrial(false))),
          optionsOf('new', changed('new', timed, { mono: true }))]
        """,
    )
    assert found == [
        {"codec_epochs": 3},
        {"time": "1.5h"},
        {"time": "2m"},
        {},
        {"time": "1.5h", "mono": True},
    ]


def test_the_form_explains_its_settings_and_fills_in_a_quick_trial(tab: Page) -> None:
    form = tab.get_by_role("form", name="New training")
    expect(form).to_contain_text("2 is coarse and quick to play")
    trial = form.get_by_role("button", name="Quick trial")
    press(trial)
    expect(trial).to_have_attribute("aria-pressed", "true")
    expect(form.get_by_label("Time", exact=True)).to_have_value("2m")
    press(trial)
    expect(form.get_by_label("Time", exact=True)).to_have_value("")


def test_a_folder_of_recordings_is_dropped(tab: Page, tmp_path: Path) -> None:
    write_tones(tmp_path / "band" / "one", 1)
    write_tones(tmp_path / "band" / "two", 1)
    drop_files(tab, tab.locator(".drop"), tmp_path / "band")
    expect(tab.get_by_label("Set of recordings")).to_have_value("recordings")
    expect(tab.locator(".files li")).to_have_count(2)
    names = tab.locator(".files li > span:first-child").all_text_contents()
    assert names == ["one - tone 0.wav", "two - tone 0.wav"]


def test_files_that_were_not_uploaded_stay_listed_with_the_reasons(
    tab: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    write_tones(folder, 2)
    (folder / "notes.txt").write_text("no sound")
    (folder / ".DS_Store").write_text("the system's own")
    (folder / "._tone 0.wav").write_text("the system's own, too")
    drop_files(tab, tab.locator(".drop"), folder)
    expect(tab.locator(".files li")).to_have_count(2)
    left = tab.get_by_role("alert").filter(has_text="1 file could not be uploaded")
    expect(left.get_by_role("listitem")).to_have_text(["notes.txt: not a sound file"])
    press(tab.get_by_role("button", name="New set"))
    tab.get_by_role("dialog").get_by_role("textbox").fill("another")
    press(tab.get_by_role("button", name="Create"))
    expect(left).to_have_count(0)


def test_recordings_are_looked_into_before_training(tab: Page, tmp_path: Path) -> None:
    good = write_tones(tmp_path, SOUNDS)
    short = write_tones(tmp_path / "short", 1, seconds=0.1)
    short = [short[0].rename(tmp_path / "short.wav")]
    fill_set(tab, "looked", [*good, *short])
    found = tab.locator(".inspection")
    expect(found).to_contain_text("6, together 18.0 s")
    expect(found).to_contain_text("1 file cannot be used")
    expect(found).to_contain_text("short.wav")
    expect(found).to_contain_text(re.compile("Usual training.*for the codec"), timeout=PATIENCE)
    shot(tab, "train-inspection")


def test_a_model_is_trained_and_its_curves_health_and_previews_are_shown(
    tab: Page, served: Workshop, tmp_path: Path
) -> None:
    fill_set(tab, "whole", write_tones(tmp_path, SOUNDS, seconds=1.0))
    start(tab, Epochs_of_the_codec=2, Epochs_of_the_prior=1)
    expect(tab.locator(".job[data-state=done]")).to_be_visible(timeout=PATIENCE)
    expect(tab.get_by_role("img", name="Codec, epoch 2 of 2")).to_be_visible()
    expect(tab.locator(".curves canvas").first).to_be_visible()
    expect(tab.get_by_role("img", name="Prior, epoch 1 of 1")).to_be_visible()
    expect(tab.get_by_label("Health of the codebooks").get_by_role("listitem")).to_have_count(3)
    press(tab.get_by_role("button", name="Play After epoch 2"))
    expect(tab.get_by_role("button", name="Pause")).to_be_visible()
    press(tab.get_by_role("radio", name="Original"))
    expect(tab.get_by_role("group", name="Compare with the original")).to_contain_text("recording")
    assert (served.models / "whole.distill").exists()
    shot(tab, "train")
    assert axe_faults(tab) == []


def test_a_training_is_stopped_kept_and_resumed(
    tab: Page, served: Workshop, tmp_path: Path
) -> None:
    fill_set(tab, "stopped", write_tones(tmp_path, SOUNDS, seconds=1.0))
    start(tab, Epochs_of_the_codec=1000, Epochs_of_the_prior=1)
    job = tab.locator(".job").first
    expect(tab.get_by_role("img", name="of 1000")).to_be_visible(timeout=PATIENCE)
    tab.reload()
    press(job.get_by_role("button", name="Stop and keep"))
    expect(job).to_have_attribute("data-state", "stopped", timeout=PATIENCE)
    assert (served.models / "stopped.distill").exists()
    press(job.get_by_role("button", name="Resume"))
    expect(job).to_have_attribute("data-state", "running")
    press(job.get_by_role("button", name="Stop at once"))
    expect(job).to_have_attribute("data-state", "stopped")


def test_a_number_of_epochs_that_is_not_legal_is_told_and_seen(tab: Page) -> None:
    form = tab.get_by_role("form", name="New training")
    more = form.get_by_text("More settings")
    more.click()
    form.get_by_label("Codes per level").fill("5000")
    more.click()
    expect(form.get_by_role("alert")).to_be_hidden()
    assert not form.evaluate("(one) => one.reportValidity()")
    expect(form.get_by_role("alert")).to_have_text("A whole number from 8 to 1024")
