from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import find_target
from distill_live.control.patch.files import find_patch, load_patch
from distill_live.control.patch.schema import ParameterMapping, Patch, RequestMapping
from distill_live.errors import PatchError
from distill_live.parameters import PARAMETERS
from distill_live.yaml_file import MAX_BYTES
from tests.control.conftest import TABLE
from tests.edits.shipped import EDITS

#: Requests with a name or a place that only the player can choose.
NAMED = {"model", "prime", "preset", "preset/beats", "preset/store", "preset/delete",
         "tempo_source", "clip/load", "clip/play", "clip/prime", "clip/delete", "capture",
         "blend/clip", "manner/clip", "edit/clip", "listen/clip", "cell", "cell/ahead", "region",
         "region/ahead", "region/loop", "loop/columns", "history/go", "history/name",
         "edit/order"}  # fmt: skip

SHIPPED = sorted((Path(__file__).parents[3] / "patches").glob("*.yaml"))


def load(folder: Path, text: str) -> Patch:
    (folder / "set.yaml").write_text(text, encoding="utf-8")
    return load_patch(folder / "set.yaml")


def problems(folder: Path, text: str) -> list[str]:
    """What the error says, one "LINE: text" for each problem."""
    with pytest.raises(PatchError) as error:
        load(folder, text)
    first, *rest = str(error.value).split("\n  ")
    file = folder / "set.yaml"
    count = "1 problem" if len(rest) == 1 else f"{len(rest)} problems"
    assert first == f"{count} in the patch {file}"
    assert all(line.startswith(f"{file}:") for line in rest)
    return [line.removeprefix(f"{file}:") for line in rest]


def test_a_patch_is_read_in_order(tmp_path: Path) -> None:
    patch = load(
        tmp_path,
        "version: 1\nname: live\nmap:\n"
        "  - {from: {osc: /1/fader1}, to: temperature, range: [1.8, 0.2], curve: exp}\n"
        "  - {from: {cc: 7, channel: 16}, to: gain}\n"
        "  - {from: {cc: 41}, do: play}\n",
    )
    fader, knob, button = patch.map
    assert patch.name == "live"
    assert isinstance(button, RequestMapping)
    assert button.do == "play"
    assert isinstance(fader, ParameterMapping)
    temperature, gain = PARAMETERS["temperature"], PARAMETERS["gain"]
    assert (fader.limits(temperature), fader.shape(temperature)) == ((1.8, 0.2), "exp")
    assert isinstance(knob, ParameterMapping)
    assert (knob.limits(gain), knob.shape(gain)) == ((0.0, 2.0), gain.curve)


def test_a_mapping_may_name_a_level_and_an_edit_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(
        "version: 1\nmap:\n"
        "  - {from: {cc: 1}, to: temperature/structure, range: [0.5, 2.0]}\n"
        "  - {from: {cc: 2}, to: edit/freeze/on/2}\n"
        "  - {from: {cc: 3}, to: edit/freeze/band}\n"
    )
    assert len(load_patch(tmp_path / "set.yaml", TABLE).map) == 3
    with pytest.raises(PatchError, match="unknown parameter 'edit/freeze/band'"):
        load_patch(tmp_path / "set.yaml")


def test_a_button_may_carry_the_arguments_of_its_request(tmp_path: Path) -> None:
    patch = load(
        tmp_path, "version: 1\nmap:\n  - {from: {cc: 1}, do: rewind, arguments: [4, same]}\n"
    )
    [button] = patch.map
    assert isinstance(button, RequestMapping)
    assert button.arguments == [4, "same"]


def test_a_patch_without_a_name_is_named_after_its_file(tmp_path: Path) -> None:
    assert load(tmp_path, "version: 1").name == "set"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_shipped_patch_loads(path: Path) -> None:
    assert load_patch(path, parameter_table(EDITS.values())).map


def test_the_default_patch_reaches_every_parameter_and_request() -> None:
    targets = {
        target
        for mapping in load_patch(find_patch("default"), TABLE).map
        for target in (
            [mapping.do]
            if isinstance(mapping, RequestMapping)
            else [find_target(name, TABLE).parameter.name for name in mapping.to]
        )
    }
    # Most edits are played on pads, by another patch.
    assert targets == {*TABLE, *REQUESTS} - NAMED


def test_every_problem_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = """\
version: 2
mapp: []
map:
  - {from: {osc: /1/fader1}, to: temprature}
  - from: {cc: 200, chanel: 3}
    to: gain
    range: [0, 5]
    curve: expo
  - {from: {cc: 1}, do: stopp}
  - {from: {cc: 1}}
  - {to: gain}
"""
    assert problems(tmp_path, text) == [
        "1: version cannot be 2; legal: 1, the version of the patch format",
        "2: unknown key 'mapp' (did you mean 'map'?); "
        "legal here: version, name, devices, osc, order, map, presets, programs",
        "4: unknown parameter 'temprature' (did you mean 'temperature'?); "
        f"legal: {', '.join(PARAMETERS)}",
        "5: cc cannot be 200; legal: a controller number 0..127",
        "5: unknown key 'chanel' (did you mean 'channel'?); "
        "legal here: device, channel, cc, bits, encoding, step, mode",
        "7: range contains 5, outside gain's 0..2",
        "8: curve cannot be 'expo'; legal: linear, exp, log or s",
        f"9: unknown request 'stopp' (did you mean 'stop'?); legal: {', '.join(REQUESTS)}",
        "10: a mapping needs `from`, and either `to: PARAMETER` or `do: REQUEST`, "
        "not {'from': {'cc': 1}}",
        "11: 'from' is missing: a control with one of the keys osc, cc, nrpn, note, program, "
        "bend, pressure, poly_pressure, lfo, follow, walk",
    ]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("{from: {cc: 7, osc: /a}, to: gain}", "a source needs exactly one of the keys osc, cc,"),
        ("{from: {knob: 7}, to: gain}", "a source needs exactly one of the keys"),
        ("{from: {device: nano}, to: gain}", "a source needs exactly one of the keys"),
        ("{from: 7, to: gain}", "a source needs exactly one of the keys"),
        ("{from: {cc: 32, bits: 14}, to: gain}", "cc 32 cannot be the coarse half"),
        ("{from: {cc: 7, bits: 8}, to: gain}", "bits cannot be 8; legal: 7, or 14"),
        ("{from: {cc: 7, encoding: two}, to: gain}", "encoding cannot be 'two'; legal: absolute"),
        ("{from: {cc: 7, encoding: twos, mode: toggle}, to: gain}", "an encoder has 7 bits and no"),
        ("{from: {cc: 7, step: 0.1}, to: gain}", "step is only for encoders"),
        ("{from: {cc: 7, encoding: twos, step: 2}, to: gain}", "step cannot be 2"),
        ("{from: {cc: 7, channel: [1, 17]}, to: gain}", "channel cannot be"),
        ("{from: {cc: 7, channel: []}, to: gain}", "channel cannot be []; legal: a MIDI channel"),
        ("{from: {nrpn: 16384}, to: gain}", "nrpn cannot be 16384"),
        ("{from: {note: 128}, to: gain}", "note cannot be 128; legal: a note number 0..127 (60 is"),
        ("{from: {note: all}, to: gain}", "note cannot be 'all'; legal: a note number"),
        ("{from: {note: 1, mode: hold}, to: gain}", "mode cannot be 'hold'; legal: velocity"),
        (
            "{from: {note: 1, mode: number}, to: gain}",
            "keys, and the mode number, are only for many",
        ),
        (
            "{from: {note: 1, keys: [1, 2]}, to: gain}",
            "keys, and the mode number, are only for many",
        ),
        ("{from: {note: any, keys: [9, 9]}, to: gain}", "keys needs the lowest key, then the high"),
        ("{from: {note: any, keys: [9]}, to: gain}", "keys cannot be [9]; legal: with `note: any`"),
        ("{from: {note: any, keys: [9, 128]}, to: gain}", "keys cannot be 128; legal: with `no"),
        ("{from: {osc: /a, argument: 0}, to: gain}", "argument cannot be 0; legal: which num"),
        ("{from: {program: -1}, to: gain}", "program cannot be -1"),
        ("{from: {bend: up}, to: gain}", "bend cannot be 'up'; legal: true"),
        (
            "{from: {lfo: sine}, to: gain}",
            "an lfo needs a cycle length, either `seconds: S`",
        ),
        ("{from: {lfo: sine, seconds: 1, beats: 1}, to: gain}", "an lfo needs a cycle length"),
        ("{from: {lfo: sin, seconds: 1}, to: gain}", "lfo cannot be 'sin'; legal: sine, triangle"),
        ("{from: {follow: input}, to: gain}", "follow cannot be 'input'; legal: output, "),
        ("{from: {walk: 0}, to: gain}", "walk cannot be 0; legal: seconds, 0.05..3600"),
        ("{from: {walk: 1}, to: gain, takeover: pickup}", "takeover is only for knobs and faders"),
        ("{from: {walk: 1}, to: gain, quantise: bar}", "quantise is only for controls"),
        ("{from: {walk: 1}, to: gain, smooth: 10}", "smooth is only for controls"),
        ("{from: {note: 1}, to: gain, takeover: scale}", "takeover is only for knobs and faders"),
        ("{from: {osc: /a}, to: gain, feedback: true}", "feedback is only for cc, nrpn, note"),
        ("{from: {note: any}, to: gain, feedback: true}", "feedback goes to one key: give the"),
        ("{from: {cc: 1}, to: gain, smooth: -1}", "smooth cannot be -1; legal: 0..60000 ms"),
        ("{from: {cc: 1}, to: gain, invert: 1}", "invert cannot be 1; legal: true or false"),
        (
            "{from: {cc: 1}, to: gain, quantise: {bars: 0}}",
            "quantise: cannot wait for {'bars': 0}",
        ),
        ("{from: {cc: 1}, to: gain, quantise: often}", "quantise: cannot wait for 'often'"),
        ("{from: {cc: 1}, to: [gain, gian]}", "unknown parameter 'gian' (did you mean 'gain'?)"),
        ("{from: {cc: 1}, to: []}", "to cannot be []; legal: a parameter, PARAMETER/LEVEL, or"),
        ("{from: {cc: 1}, to: 3}", "to cannot be 3; legal: a parameter"),
        ("{from: {cc: 1}, to: [gain, top_p], range: [0, 2]}", "range contains 2, outside top_p's"),
        ("{from: {cc: '7'}, to: gain}", "cc cannot be '7'"),
        ("{from: {cc: true}, to: gain}", "cc cannot be True"),
        ("{from: {cc: 7, channel: 0}, to: gain}", "channel cannot be 0"),
        ("{from: {osc: fader}, to: gain}", "'fader' is not an OSC address"),
        ("{from: {osc: /a*}, to: gain}", "'/a*' is not an OSC address"),
        ("{from: {osc: /ä}, to: gain}", "'/ä' is not an OSC address"),
        ("{from: {osc: /distill/gain}, to: gain}", "'/distill/gain' is built in"),
        ("{from: {cc: 7}, to: gain, do: play}", "a mapping needs `from`"),
        ("{from: {cc: 7}, to: gain/structure}", "gain has one value for all levels"),
        ("{from: {cc: 7}, to: temperature/}", "'' is not a level: give its label"),
        ("{from: {cc: 7}, to: temperature/Structure}", "'Structure' is not a level"),
        (
            "{from: {cc: 7}, to: top_p/detail, range: [0, 2]}",
            "range contains 2, outside top_p's 0",
        ),
        ("{from: {cc: 7}, do: play, range: [0, 1]}", "unknown key 'range'"),
        ("{from: {cc: 7}, do: play, arguments: [1]}", "arguments: play takes no arguments"),
        ("{from: {cc: 7}, do: rewind}", "arguments: rewind needs seconds (0.01..600 s)"),
        ("{from: {cc: 7}, do: rewind, arguments: 4}", "arguments cannot be 4; legal: a list"),
        ("{from: {cc: 7}, do: rewind, arguments: [[4]]}", "arguments: seconds (0.01..600 s) can"),
        ("{from: {cc: 7}, to: gain, range: [0]}", "range cannot be [0]"),
        ("{from: {cc: 7}, to: gain, range: [-1, 1]}", "range contains -1, outside gain's 0..2"),
        ("{from: {cc: 7}, to: gain, range: [0, .nan]}", "range cannot be nan"),
        ("{from: {cc: 7}, to: gain, range: [0, one]}", "range cannot be 'one'"),
        ("{from: {cc: 7}, to: gain, range: 1}", "range cannot be 1"),
        ("gain", "a mapping needs `from`"),
    ],
)
def test_a_mapping_that_is_wrong_is_reported_with_its_line(
    tmp_path: Path, mapping: str, told: str
) -> None:
    [problem] = problems(tmp_path, f"version: 1\n\nmap:\n  - {mapping}\n")
    assert problem.startswith(f"4: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: a patch consists of: version, name, devices, osc, order, map, presets, programs"),
        ("- 1", "1: a patch consists of: version, name, devices"),
        ("version: 1\nosc: {targts: []}", "2: unknown key 'targts' (did you mean 'targets'?); le"),
        ("version: 1\nosc:\n  targets: [localhost]", "3: 'localhost' is not a target; legal: HO"),
        ("version: 1\nosc:\n  targets: ['a:70000']", "3: 'a:70000' is not a target; legal: HOS"),
        ("version: 1\nosc: {timetags: no}", "2: timetags cannot be False; legal: schedule or ign"),
        ("version: 1\ndevices:\n  nano: 3", "3: nano cannot be 3; legal: short names for MIDI"),
        ("version: 1\npresets: [a]", "2: presets cannot be ['a']; legal: {name: {parameter: val"),
        ("version: 1\npresets:\n  a: 3", "3: a cannot be 3; legal: {name: {parameter: value or o"),
        ("version: 1\nprograms:\n  0: gone", "3: no preset 'gone'; known presets: none"),
        ("version: 1\nprograms:\n  x: gone", "3: "),
        ("version: 1\nprograms:\n  -1: gone", "3: "),
        ("version: 1\nmap: {1: 2}", "2: the key 1 is not text; put it in"),
        ("name: x", "1: 'version' is missing: 1, the version of the patch format"),
        ("version: 1\nmap: 3", "2: map cannot be 3; legal: a list of mappings"),
        ("version: 1\nversion: 1", "2: 'version' appears twice, here and in"),
        ("version: 1\n1: x", "2: the key 1 is not text; put it in"),
        ("version: 1\n? [a]\n: x", "2: !!seq is not allowed here"),
        ("version: 1\nname: !!python/name:os.system x", "2: 'x' is not a value of type !!pyt"),
        ("version: 1\nname: !!python/object/apply:os.system [echo]", "2: "),
        ("version: 1\nname: !!set {a}", "2: "),
        ("version: 1\nname: !!int x", "2: 'x' is not a value of type !!int"),
        ("version: 1\nname: 2001-99-99", "2: '2001-99-99' is not a value of type !!time"),
        ("version: 1\nname: [1", "2: invalid YAML: "),
        ("version: 1\n\tname: x", "2: invalid YAML: "),
        ("version: 1\n---\nversion: 1", "2: invalid YAML: "),
        ("version: 1\nname: \x07", "2: invalid YAML: "),
        ("version: 1\nname: " + "[" * 1000, "1: nested too deeply"),
        ("version: 1\nname: " + "[" * 30 + "]" * 30, "2: nested too deeply"),
        ("version: 1\nname: &a [*a]", "2: nested too deeply"),
        (f"version: 1\nname: {'x' * 2000}", "2: a text of more than 1000 characters"),
    ],
)
def test_what_is_not_a_patch_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert problems(tmp_path, text)[0].startswith(told)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        levels.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    [problem] = problems(tmp_path, "\n".join(levels))
    assert problem.endswith("more than 50000 values, including those of aliases")


def test_an_alias_may_repeat_a_value(tmp_path: Path) -> None:
    patch = load(
        tmp_path,
        "version: 1\nmap:\n  - {from: &knob {cc: 7}, to: gain}\n  - {from: *knob, to: top_p}\n",
    )
    assert patch.map[0].source == patch.map[1].source


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(PatchError, match="larger than 256 KiB"):
        load_patch(tmp_path / "large.yaml")


def test_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_bytes(b"version: 1\nname: \xff")
    with pytest.raises(PatchError, match=r"set\.yaml:2: the text is not UTF-8"):
        load_patch(tmp_path / "set.yaml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert load_patch(tmp_path / "set.yaml").version == 1


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match=r"cannot read the patch .*none"):
        load_patch(tmp_path / "none.yaml")


def test_a_patch_is_found_by_path_then_in_the_working_folder_then_among_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = find_patch("default")
    assert shipped == SHIPPED[0].parent / "default.yaml"
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "default.yaml").write_text("version: 1")
    (tmp_path / "mine.yml").write_text("version: 1")
    assert find_patch("default") == Path("patches/default.yaml")
    (tmp_path / "default.yaml").write_text("version: 1")
    assert find_patch("default") == Path("default.yaml")
    assert find_patch("mine") == Path("mine.yml")
    assert find_patch(str(tmp_path / "mine.yml")) == tmp_path / "mine.yml"


def test_an_unknown_patch_is_reported_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PatchError, match=r"no patch 'defualt' \(did you mean 'default'\?\)"):
        find_patch("defualt")


def test_what_was_learned_counts_beside_the_patch_and_in_the_place_of_its_controls(
    tmp_path: Path,
) -> None:
    (tmp_path / "set.learned.yaml").write_text(
        "version: 1\nname: set.learned\nmap:\n"
        '  - {"from": {"cc": 7, "channel": 1, "device": "nano"}, "to": "temperature"}\n'
    )
    patch = load(
        tmp_path,
        "version: 1\nname: mine\nmap:\n"
        "  - {from: {cc: 7}, to: gain}\n"
        "  - {from: {cc: 7, channel: 2}, to: width}\n"
        "  - {from: {cc: 1}, to: temperature}\n",
    )
    assert patch.name == "mine"
    assert [(m.source.cc, m.to) for m in patch.map] == [  # type: ignore[union-attr]
        (7, ["width"]), (1, ["temperature"]), (7, ["temperature"]),
    ]  # fmt: skip


def test_a_broken_file_of_what_was_learned_is_reported(tmp_path: Path) -> None:
    (tmp_path / "set.learned.yaml").write_text("version: 1\nmap: [{from: {cc: 7}, to: gian}]")
    with pytest.raises(PatchError, match=r"set\.learned\.yaml:2: unknown parameter 'gian'"):
        load(tmp_path, "version: 1")


def test_what_lies_beside_a_patch_is_no_patch_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "patches"
    folder.mkdir()
    for name in ("mine", "mine.learned", "mine.presets"):
        (folder / f"{name}.yaml").write_text("version: 1")
    with pytest.raises(PatchError) as error:
        find_patch("nothing")
    assert "mine," in str(error.value)
    assert "learned" not in str(error.value) and "presets" not in str(error.value)


PRESETS = """\
version: 1
presets:
  calm: {temperature: 0.7, top_p/timbre: off, steer/loudness: off, gain: 1}
  wild: {temperature: 1.5, steer/loudness: 'off'}
programs: {0: calm, 129: wild}
"""


def test_presets_hold_numbers_and_off_and_programs_name_them(tmp_path: Path) -> None:
    patch = load(tmp_path, PRESETS)
    assert patch.presets == {
        "calm": {"temperature": 0.7, "top_p/timbre": "off", "steer/loudness": "off", "gain": 1},
        "wild": {"temperature": 1.5, "steer/loudness": "off"},
    }
    assert patch.programs == {0: "calm", 129: "wild"}


def test_a_switch_in_a_preset_is_true_or_false(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(
        "version: 1\npresets: {a: {edit/freeze/on: on, edit/mask/on: off, edit/mask/on/1: 1}}"
    )
    assert load_patch(tmp_path / "set.yaml", TABLE).presets == {
        "a": {"edit/freeze/on": 1.0, "edit/mask/on": 0.0, "edit/mask/on/1": 1}
    }


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("temprature: 1", "unknown parameter 'temprature' (did you mean 'temperature'?); legal: "),
        ("temperature: 3", "temperature cannot be 3; legal: 0.1..2"),
        ("temperature: .nan", "temperature cannot be nan; legal: 0.1..2"),
        ("temperature: hot", "temperature cannot be 'hot'; legal: 0.1..2"),
        ("temperature: true", "temperature cannot be True; legal: 0.1..2"),
        ("temperature: [1]", "temperature cannot be [1]; legal: 0.1..2"),
        ("temperature: off", "temperature cannot be off: it takes a number, 0.1..2"),
        ("gain/timbre: 1", "gain has one value for all levels"),
    ],
)
def test_a_value_that_a_preset_cannot_have_is_reported_with_its_line(
    tmp_path: Path, value: str, told: str
) -> None:
    text = f"version: 1\npresets:\n  a:\n    gain: 1\n    {value}\nmpa: []\n"
    value_problem, key_problem = problems(tmp_path, text)
    assert value_problem.startswith(f"5: {told}")
    assert key_problem.startswith("6: unknown key 'mpa' (did you mean 'map'?)")


def test_a_program_may_name_a_preset_that_was_stored_while_playing(tmp_path: Path) -> None:
    text = "version: 1\npresets: {calm: {gain: 1}}\nprograms: {0: calm, 1: cald}\n"
    assert problems(tmp_path, text) == [
        "3: no preset 'cald' (did you mean 'calm'?); known presets: calm"
    ]
    (tmp_path / "set.presets.yaml").write_text("version: 1\npresets: {cald: {gain: 0.5}}\n")
    patch = load(tmp_path, text)
    assert set(patch.presets) == {"calm"}


def test_the_osc_targets_and_devices_are_read(tmp_path: Path) -> None:
    patch = load(
        tmp_path,
        "version: 1\ndevices: {nano: nanoKONTROL2*}\n"
        "osc: {targets: ['127.0.0.1:9001', '[::1]:9002'], timetags: ignore}\n",
    )
    assert patch.devices == {"nano": "nanoKONTROL2*"}
    assert patch.osc.targets == ["127.0.0.1:9001", "[::1]:9002"]
    assert patch.osc.timetags == "ignore"
    assert load(tmp_path, "version: 1").osc.timetags == "schedule"


def test_the_order_of_edits_names_edits(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("version: 1\norder: [mask, freeze]\n")
    assert load_patch(tmp_path / "set.yaml", TABLE).order == ["mask", "freeze"]
    (tmp_path / "set.yaml").write_text(
        "version: 1\norder: [frieze]\npresets:\n"
        "  a: {edit/order: mask freeze}\n  b: {edit/order: maks}\n  c: {edit/order: 1}\n"
    )
    with pytest.raises(PatchError) as error:
        load_patch(tmp_path / "set.yaml", TABLE)
    lines = str(error.value).splitlines()[1:]
    assert [line.partition("set.yaml:")[2] for line in lines] == [
        "2: order: there is no edit 'frieze' (did you mean 'freeze'?); legal: freeze, mask",
        "5: edit/order: there is no edit 'maks' (did you mean 'mask'?); legal: freeze, mask",
        "6: edit/order cannot be 1; legal: names of edits, such as mask",
    ]
