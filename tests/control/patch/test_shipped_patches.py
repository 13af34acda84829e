"""Every control of every shipped patch does what it says, in a new instrument."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from distill_live.codes.edit import Traits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.namespace.targets import find_target
from distill_live.control.patch.files import find_patch, load_patch
from distill_live.control.patch.schema import ParameterMapping, RequestMapping
from distill_live.control.patch.sources import (
    ControlChangeSource,
    MidiSource,
    NoteSource,
    OscSource,
    source_key,
)
from distill_live.parameters import PARAMETERS, ParameterStore
from tests.control.conftest import Desk
from tests.edits.shipped import EDITS, STREAM

#: All that ships.
TABLE = parameter_table(EDITS.values())
FOLDER = Path(__file__).parents[3] / "patches"
SHIPPED = sorted(FOLDER.glob("*.yaml"))
CONTROLS = [
    pytest.param(path, number, id=f"{path.stem}-{number}")
    for path in SHIPPED
    for number in range(len(load_patch(path, TABLE).map))
]


def test_those_that_were_promised_are_there() -> None:
    assert {path.stem for path in SHIPPED} == {
        "default", "nanokontrol2", "pads-and-encoders", "keyboard", "touchosc", "touchdesigner",
        "max", "pd", "supercollider", "codes",
    }  # fmt: skip
    assert find_patch("keyboard").name == "keyboard.yaml"


def press(desk: Desk, source: object, travel: float) -> None:
    """Move a control to one end of its way."""
    if isinstance(source, OscSource):
        desk.osc(source.osc, [travel] * (source.argument or 1))
        return
    assert isinstance(source, MidiSource)
    kind, number, _ = source_key(source)
    raw = round(127 * travel)
    if isinstance(source, ControlChangeSource) and source.encoding == "twos":
        raw = 63 if travel else 64
    where = {"channel": (source.channel or [1])[0], "device": source.device or "any"}
    place = number if isinstance(number, int) and not isinstance(number, bool) else 60
    if isinstance(source, NoteSource) and source.mode == "number":
        # Another key, and each of them struck.
        place, travel = source.span[round(travel)], 1.0
    desk.midi(kind, place, travel, raw, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(("path", "number"), CONTROLS)
def test_a_control_moves_its_parameters_to_both_ends_or_makes_its_request(
    path: Path, number: int
) -> None:
    desk, patch = Desk(ParameterStore(TABLE)), load_patch(path, TABLE)
    # One mapping alone: others of the same control would move the same parameter on.
    mapping = patch.map[number]
    device = patch.devices.get(getattr(mapping.source, "device", None) or "", "any")
    source = mapping.source
    if isinstance(source, MidiSource):
        source = source.model_copy(update={"device": device})
    desk.router.use_patch(patch.model_copy(update={"map": [mapping]}))
    seen = {desk.store.raw()}
    for travel in (0.0, 1.0, 0.0, 1.0, 0.0):
        press(desk, source, travel)
        desk.wait(2.1)
        seen.add(desk.store.raw())
    assert (desk.router.counters.refused, desk.router.counters.unknown) == (0, 0)
    if isinstance(mapping, RequestMapping):
        assert {name for name, _ in desk.requests} == {mapping.do}
        return
    assert isinstance(mapping, ParameterMapping)
    assert len(seen) > 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_control_is_mapped_twice_and_every_line_is_short(path: Path) -> None:
    patch = load_patch(path, TABLE)
    keys = [
        (type(mapping.source), *source_key(mapping.source), getattr(mapping.source, "mode", None))
        for mapping in patch.map
    ]
    assert len(set(keys)) == len(keys)
    text = path.read_text(encoding="utf-8")
    assert text.isascii() and max(map(len, text.splitlines())) <= 110
    assert set(patch.programs.values()) <= set(patch.presets)


def test_the_nanokontrol2_patch_uses_every_control_of_the_device() -> None:
    patch = load_patch(find_patch("nanokontrol2"), TABLE)
    mapped = {source_key(mapping.source)[1] for mapping in patch.map}
    buttons = {*range(41, 47), 58, 59, 60, 61, 62}
    assert mapped == {*range(8), *range(16, 24), *range(32, 40), *range(48, 56), *range(64, 72),
                      *buttons}  # fmt: skip


def test_the_default_patch_s_comments_name_every_parameter_but_those_of_most_edits() -> None:
    text = (FOLDER / "default.yaml").read_text(encoding="utf-8").partition("version:")[0]
    words = set(re.findall(r"[a-z_0-9/]+", text))
    edits = {"edit/freeze/on", "edit/freeze/band", "edit/mask/on", "edit/echo/on"}
    assert {*PARAMETERS, *edits} <= words


def test_every_edit_can_be_played_on_pads_while_they_are_held() -> None:
    patch = load_patch(find_patch("codes"), TABLE)
    targets = {
        find_target(name, TABLE).parameter.name: mapping.source
        for mapping in patch.map
        if isinstance(mapping, ParameterMapping)
        for name in mapping.to
    }
    assert {Traits.of(EDITS[name]).switch for name in STREAM} <= set(targets)
    for name, source in targets.items():
        if name.endswith("/on"):
            assert isinstance(source, NoteSource) and source.mode == "gate"
    notes = {source_key(one.source)[1] for one in patch.map if isinstance(one.source, NoteSource)}
    assert notes == set(range(36, 52))
