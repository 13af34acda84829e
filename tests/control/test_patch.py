from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.control.patch import find_patch, load_patch
from distill_live.control.patch_schema import ParameterMapping, Patch, RequestMapping
from distill_live.control.requests import REQUESTS
from distill_live.control.targets import find_target
from distill_live.control.yaml_file import MAX_BYTES
from distill_live.errors import PatchError
from distill_live.parameters import PARAMETERS
from tests.control.conftest import TABLE

SHIPPED = sorted((Path(__file__).parents[2] / "patches").glob("*.yaml"))


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
    assert load_patch(path, TABLE).map


def test_the_default_patch_reaches_every_parameter_and_request() -> None:
    targets = {
        mapping.do
        if isinstance(mapping, RequestMapping)
        else find_target(mapping.to, TABLE).parameter.name
        for mapping in load_patch(find_patch("default"), TABLE).map
    }
    # Which model or which recording, only the player can say.
    assert targets == {*TABLE, *REQUESTS} - {"model", "prime"}


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
        "2: unknown key 'mapp' (did you mean 'map'?); legal here: version, name, map",
        "4: unknown parameter 'temprature' (did you mean 'temperature'?); "
        f"legal: {', '.join(PARAMETERS)}",
        "5: cc cannot be 200; legal: a controller number 0..127",
        "5: unknown key 'chanel' (did you mean 'channel'?); legal here: cc, channel",
        "7: range holds 5, outside gain's 0..2",
        "8: curve cannot be 'expo'; legal: linear, exp, log or s",
        f"9: unknown request 'stopp' (did you mean 'stop'?); legal: {', '.join(REQUESTS)}",
        "10: a mapping has `from`, and either `to: PARAMETER` or `do: REQUEST`, "
        "not {'from': {'cc': 1}}",
        "11: 'from' is missing: {osc: /address} or {cc: 0..127}",
    ]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("{from: {cc: 7, osc: /a}, to: gain}", "a source is either"),
        ("{from: {note: 7}, to: gain}", "a source is either"),
        ("{from: 7, to: gain}", "a source is either"),
        ("{from: {cc: '7'}, to: gain}", "cc cannot be '7'"),
        ("{from: {cc: true}, to: gain}", "cc cannot be True"),
        ("{from: {cc: 7, channel: 0}, to: gain}", "channel cannot be 0"),
        ("{from: {osc: fader}, to: gain}", "'fader' is no OSC address"),
        ("{from: {osc: /a*}, to: gain}", "'/a*' is no OSC address"),
        ("{from: {osc: /ä}, to: gain}", "'/ä' is no OSC address"),
        ("{from: {osc: /distill/gain}, to: gain}", "'/distill/gain' is built in"),
        ("{from: {cc: 7}, to: gain, do: play}", "a mapping has `from`"),
        ("{from: {cc: 7}, to: gain/structure}", "gain is one value for all levels"),
        ("{from: {cc: 7}, to: temperature/}", "'' is no level: give its label"),
        ("{from: {cc: 7}, to: temperature/Structure}", "'Structure' is no level"),
        ("{from: {cc: 7}, to: top_p/detail, range: [0, 2]}", "range holds 2, outside top_p's 0..1"),
        ("{from: {cc: 7}, do: play, range: [0, 1]}", "unknown key 'range'"),
        ("{from: {cc: 7}, do: play, arguments: [1]}", "arguments: play takes no arguments"),
        ("{from: {cc: 7}, do: rewind}", "arguments: rewind needs seconds (0.01..600 s)"),
        ("{from: {cc: 7}, do: rewind, arguments: 4}", "arguments cannot be 4; legal: a list"),
        ("{from: {cc: 7}, do: rewind, arguments: [[4]]}", "arguments: seconds (0.01..600 s) can"),
        ("{from: {cc: 7}, to: gain, range: [0]}", "range cannot be [0]"),
        ("{from: {cc: 7}, to: gain, range: [-1, 1]}", "range holds -1, outside gain's 0..2"),
        ("{from: {cc: 7}, to: gain, range: [0, .nan]}", "range cannot be nan"),
        ("{from: {cc: 7}, to: gain, range: [0, one]}", "range cannot be 'one'"),
        ("{from: {cc: 7}, to: gain, range: 1}", "range cannot be 1"),
        ("gain", "a mapping has `from`"),
    ],
)
def test_a_mapping_that_is_wrong_is_told_with_its_line(
    tmp_path: Path, mapping: str, told: str
) -> None:
    [problem] = problems(tmp_path, f"version: 1\n\nmap:\n  - {mapping}\n")
    assert problem.startswith(f"4: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: a patch is made of: version, name, map"),
        ("- 1", "1: a patch is made of: version, name, map"),
        ("name: x", "1: 'version' is missing: 1, the version of the patch format"),
        ("version: 1\nmap: 3", "2: map cannot be 3; legal: a list of mappings"),
        ("version: 1\nversion: 1", "2: 'version' stands here and in line 1"),
        ("version: 1\n1: x", "2: the key 1 is no text; quote it"),
        ("version: 1\n? [a]\n: x", "2: !!seq is not allowed here"),
        ("version: 1\nname: !!python/name:os.system x", "2: 'x' is no value of type !!python"),
        ("version: 1\nname: !!python/object/apply:os.system [echo]", "2: "),
        ("version: 1\nname: !!set {a}", "2: "),
        ("version: 1\nname: !!int x", "2: 'x' is no value of type !!int"),
        ("version: 1\nname: 2001-99-99", "2: '2001-99-99' is no value of type !!timestamp"),
        ("version: 1\nname: [1", "2: no YAML: "),
        ("version: 1\n\tname: x", "2: no YAML: "),
        ("version: 1\n---\nversion: 1", "2: no YAML: "),
        ("version: 1\nname: \x07", "2: no YAML: "),
        ("version: 1\nname: " + "[" * 1000, "1: nested too deeply"),
        ("version: 1\nname: " + "[" * 30 + "]" * 30, "2: nested too deeply"),
        ("version: 1\nname: &a [*a]", "2: nested too deeply"),
        (f"version: 1\nname: {'x' * 2000}", "2: a text of more than 1000 letters"),
    ],
)
def test_what_is_no_patch_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert problems(tmp_path, text)[0].startswith(told)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        levels.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    [problem] = problems(tmp_path, "\n".join(levels))
    assert problem.endswith("more than 50000 values, aliases resolved")


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
    with pytest.raises(PatchError, match=r"set\.yaml:2: no UTF-8 text"):
        load_patch(tmp_path / "set.yaml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert load_patch(tmp_path / "set.yaml").version == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
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


def test_an_unknown_patch_is_told_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PatchError, match=r"no patch 'defualt' \(did you mean 'default'\?\)"):
        find_patch("defualt")
