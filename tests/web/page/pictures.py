"""The pictures of the page in docs/images, taken in Chromium in front of a real server.

    python -m tests.web.page.pictures [FOLDER] [--tabs train,live] [--sizes 1440x900,390x844]

Plays the demo model in a folder that is deleted afterwards, fills each tab with something to see,
and writes a picture of each, 1440 x 900 pixels, to docs/images or to another folder. Look at each
before you commit it: what plays, and so the Live tab, is never twice the same. The picture of Train
takes minutes: a model is really being trained, on sounds that are made here. Pictures of further
sizes, to look at and not for the docs, have the size in their names.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.commands.server_process import OscClient, ServerProcess
from tests.tools import read_line, require_browser
from tests.web.page.conftest import FLAGS, hold
from tests.web.page.made_sounds import INSTRUMENTS, write_instruments

ROOT = Path(__file__).parents[3]
TABS = ("live", "codes", "generate", "train", "library", "patch")
#: Training comes first, and the Live tab last, when most has been played.
ORDER = ("train", "codes", "generate", "library", "patch", "live")
#: The recordings, each made by the demo model with a seed of its own.
SOUNDS = {"loop one.wav": 3, "loop two.wav": 5}
SECONDS = 8
#: How long anything may take on a busy machine, in ms.
PATIENCE_MS, TRAINING_PATIENCE_MS = 300_000, 1_800_000
#: How many epochs the codec is trained for, and after which the picture is taken.
EPOCHS, SHOWN_EPOCH = 12, 7
#: Values that a preset keeps, and those that are played when the Live tab is taken.
PRESETS = {"verse": 0.8, "chorus": 1.0, "storm": 1.5, "quiet end": 0.6}
PLAYED = {"steer/brightness": 0.4, "temperature/timbre": 1.38, "temperature/detail": 0.62}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=str(ROOT / "docs" / "images"))
    parser.add_argument("--sizes", default="1440x900", help="of the window")
    parser.add_argument("--tabs", default=",".join(TABS), help="which pictures to take")
    chosen = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in chosen.sizes.split(",")]
    target, tabs = Path(chosen.folder).resolve(), chosen.tabs.split(",")
    with tempfile.TemporaryDirectory(prefix="pictures") as place, sync_playwright() as playwright:
        environment = {**os.environ, "XDG_DATA_HOME": f"{place}/data"}
        options = furnish(Path(place), environment, SOUNDS if "codes" in tabs else {})
        # The Patch tab names the file: from here, without folders that only this machine has.
        os.chdir(place)
        browser = playwright.chromium.launch(
            executable_path=require_browser(), headless=True, args=FLAGS
        )
        with ServerProcess("demo", *options, environment=environment) as server:
            assert server.process.stdout is not None
            found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
            assert found is not None
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            page.goto(found[0])
            # The notice that there is no sound card is not part of the page as players see it.
            press(page.get_by_role("status").get_by_role("button", name="Hide"))
            if "train" in tabs:
                # What plays would take the processor from the training.
                server.osc.send("/distill/stop")
            else:
                play(server.osc)
            for tab in sorted(tabs, key=ORDER.index):
                resize(page, *sizes[0])
                page.evaluate(f"location.hash = '{tab}'")
                await_silence(page)
                globals()[f"show_{tab}"](page)
                for number, (width, height) in enumerate(sizes):
                    resize(page, width, height)
                    page.wait_for_timeout(1000)
                    page.screenshot(path=target / f"page-{tab}{f'-{width}' * (number > 0)}.png")
                page.keyboard.press("Escape")
                if tab == "train":
                    press(page.get_by_role("button", name="Stop at once"))
                    play(server.osc)
            server.end()
        browser.close()


def resize(page: Page, width: int, height: int) -> None:
    """Set the size of the window, and put the pointer where it touches nothing."""
    page.set_viewport_size({"width": width, "height": height})
    page.mouse.move(width / 2, height - 2)


def await_silence(page: Page) -> None:
    """Wait until no message is shown. None goes away under the pointer."""
    page.mouse.move(40, 500)
    expect(page.locator(".toast")).to_have_count(0)


def furnish(place: Path, environment: dict[str, str], sounds: dict[str, int]) -> tuple[str, ...]:
    """Put recordings and a patch into a folder; the options of `serve` that use them. `sounds` are
    those that the demo model makes, by name, with their seeds."""
    kit = place / "work" / "sets" / "loops"
    kit.mkdir(parents=True)
    for name, seed in sounds.items():
        subprocess.run(
            [sys.executable, "-m", "distill_live", "generate", "demo", "--seed", str(seed),
             "--duration", str(SECONDS), "--output", str(kit / name)],
            env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        # A recording has no file beside it that says how it was made.
        (kit / name).with_suffix(".json").unlink()
    write_instruments(place / "work" / "sets" / "instruments")
    shutil.copy(ROOT / "patches" / "default.yaml", place)
    # The Library tab names its files, too.
    shutil.copytree(ROOT / "models", place / "models")
    return (
        "--output", "clock", "--web", "127.0.0.1:0", "--patch", "default.yaml",
        "--work", str(place / "work"), "--recordings", str(place / "recordings"),
        "--clips", str(place / "clips"), "--clip-library", str(place / "clip library"),
    )  # fmt: skip


def play(osc: OscClient) -> None:
    """Play, store presets, recall one and move some faders."""
    osc.send("/distill/play")
    for name, temperature in PRESETS.items():
        osc.send("/distill/temperature", temperature)
        osc.ask("/distill/get", "temperature")
        osc.send("/distill/preset/store", name)
    osc.send("/distill/preset", "chorus")
    osc.ask("/distill/get", "temperature")
    for name, value in PLAYED.items():
        osc.send(f"/distill/{name}", value)


def press(target: Locator) -> None:
    target.click(delay=80)


def show_codes(page: Page) -> None:
    """A selection of one sound is dropped onto another, and the menu asks what to do."""
    one, two = (open_sound(page, name, button) for name, button in
                zip(SOUNDS, ("Open", "Open another"), strict=True))  # fmt: skip
    boxes = [sheet.get_by_role("application").bounding_box() for sheet in (one, two)]
    left, right = boxes
    assert left is not None and right is not None
    y = left["y"] + 12
    hold(page, left["x"] + 250, y, to=(left["x"] + 400, y))
    hold(page, left["x"] + 320, left["y"] + 90, to=(right["x"] + 500, right["y"] + 90))
    page.get_by_role("menuitem", name="Swap the two places").wait_for()


def open_sound(page: Page, name: str, button: str) -> Locator:
    press(page.get_by_role("button", name=button, exact=True))
    press(page.get_by_role("dialog").get_by_role("button", name=name))
    sheet = page.get_by_role("region", name=f"Document {Path(name).stem}", exact=True)
    sheet.get_by_role("application").wait_for()
    return sheet


def show_generate(page: Page) -> None:
    """Two finished sounds, to compare with each other."""
    for label, value in {"Seconds": SECONDS, "Seed": 20, "Count": 2}.items():
        field = page.get_by_label(label, exact=True).and_(page.locator("input.number"))
        field.fill(str(value))
    generate = page.get_by_role("button", name="Generate", exact=True)
    with (
        page.expect_response("**/demo_20.wav/peaks*"),
        page.expect_response("**/demo_21.wav/peaks*"),
    ):
        press(generate)
    # The list has the lengths once the waveforms have been measured.
    page.reload()
    for side, seed in (("A", 20), ("B", 21)):
        row = page.locator(".sound").filter(has_text=f"demo_{seed}.wav")
        press(row.get_by_role("button", name=f"Compare as {side}"))
        expect(row).to_contain_text(f"{SECONDS}.0 s")


def show_train(page: Page) -> None:
    """A training in progress: its curves, the health of its levels, and previews."""
    page.get_by_label("Set of recordings").select_option("instruments")
    expect(page.locator(".files li")).to_have_count(len(INSTRUMENTS))
    page.locator(".inspection").wait_for()
    expect(page.get_by_text("estimating …")).to_have_count(0)
    press(page.get_by_text("More settings"))
    page.get_by_label("Epochs of the codec").fill(str(EPOCHS))
    press(page.get_by_text("More settings"))
    press(page.get_by_role("button", name="Start training"))
    training = page.get_by_role("region", name="Trainings")
    training.wait_for()
    page.get_by_role("img", name=f"Codec, epoch {SHOWN_EPOCH} of {EPOCHS}").wait_for(
        timeout=TRAINING_PATIENCE_MS
    )
    page.get_by_role("region", name="Previews").wait_for()
    # The button that starts it lies below.
    page.locator(".main").evaluate("(one) => one.scrollTo(0, 0)")


def show_library(page: Page) -> None:
    """The demo model with the map of its codes."""
    with page.expect_response("**/models/demo/codebook"):
        press(page.locator(".model").filter(has=page.get_by_text("demo", exact=True)))
    page.get_by_role("region", name="demo").wait_for()


def show_patch(page: Page) -> None:
    """The mappings, and the text of the patch."""
    page.locator(".mapping").first.wait_for()
    text = page.get_by_label("Patch, as YAML")
    expect(text).to_have_value(re.compile("version: 1"))
    # Below the comments that explain a patch are its mappings.
    text.evaluate("(one) => one.scrollTop = one.scrollHeight * 0.4")


def show_live(page: Page) -> None:
    """Ten seconds of the stream, with a preset and some faders moved."""
    page.wait_for_timeout(10_000)


if __name__ == "__main__":
    main()
