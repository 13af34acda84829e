"""The module for TouchDesigner works with a stand-in for it: TouchDesigner cannot run here."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.clients.shipped import SURFACE, shipped

PAR = re.compile(r"[A-Z][a-z0-9]*")


class Par:
    """A custom parameter: as TouchDesigner's, a name, a value and limits."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.val = name, kind, 0.0

    def eval(self) -> float:
        return self.val


class Pars:
    """The parameters of a COMP: setting one sets its value, and whoever watches is told."""

    def __init__(self) -> None:
        self.__dict__["made"], self.__dict__["watch"] = {}, lambda par: None

    def __setattr__(self, name: str, value: float) -> None:
        par = self.made[name]
        par.val = value
        self.watch(par)


class Page:
    def __init__(self, comp: Comp, name: str) -> None:
        self.comp, self.name = comp, name

    def _append(self, kind: str, name: str) -> list[Par]:
        assert PAR.fullmatch(name)
        assert name not in self.comp.par.made
        self.comp.par.made[name] = par = Par(name, kind)
        par.page = self  # type: ignore[attr-defined]
        return [par]

    def appendFloat(self, name: str, label: str) -> list[Par]:
        return self._append("float", name)

    def appendInt(self, name: str, label: str) -> list[Par]:
        return self._append("int", name)

    def appendToggle(self, name: str, label: str) -> list[Par]:
        return self._append("bool", name)

    def appendPulse(self, name: str, label: str) -> list[Par]:
        return self._append("pulse", name)

    def destroy(self) -> None:
        self.comp.customPages.remove(self)
        pars = self.comp.par.made
        for name in [name for name, par in pars.items() if par.page is self]:
            del pars[name]


class Comp:
    """A Base COMP with what is in it."""

    path = "/project1/base1"

    def __init__(self) -> None:
        self.inside: dict[str, Any] = {}
        self.customPages: list[Page] = []
        self.par = Pars()
        self.sent: list[tuple[str, list[Any]]] = []

    def op(self, name: str) -> Any:
        return self.inside.get(name)

    def create(self, kind: str, name: str) -> Any:
        made = SimpleNamespace(kind=kind, par=SimpleNamespace(), text="")
        if kind == "oscoutDAT":
            made.sendOSC = lambda address, values: self.sent.append((address, values))
        self.inside[name] = made
        return made

    def appendCustomPage(self, name: str) -> Page:
        self.customPages.append(Page(self, name))
        return self.customPages[-1]


@pytest.fixture
def comp() -> Comp:
    return Comp()


@pytest.fixture
def module(comp: Comp) -> dict[str, Any]:
    """The module as a Text DAT in the COMP, built."""
    kinds = ("oscinDAT", "oscoutDAT", "parameterexecuteDAT", "executeDAT")
    found: dict[str, Any] = {
        **{kind: kind for kind in kinds},
        "me": SimpleNamespace(parent=lambda: comp, path="/project1/base1/text1", name="text1"),
        "absTime": SimpleNamespace(seconds=100.0),
    }
    exec(compile(shipped("touchdesigner"), "text1", "exec"), found)  # noqa: S102
    found["build"]()
    comp.par.__dict__["watch"] = found["moved"]
    comp.sent.clear()
    return found


def hear(module: dict[str, Any], address: str, *arguments: object) -> None:
    module["onReceiveOSC"](None, 0, "", b"", 0.0, address, list(arguments), None)


def test_it_makes_what_listens_sends_and_watches(comp: Comp, module: dict[str, Any]) -> None:
    made = {name: one.kind for name, one in comp.inside.items()}
    assert made == {
        "distill_in": "oscinDAT", "distill_out": "oscoutDAT",
        "distill_moved": "parameterexecuteDAT", "distill_clock": "executeDAT",
    }  # fmt: skip
    assert vars(comp.inside["distill_in"].par) == {
        "port": 7000, "callbacks": "/project1/base1/text1",
    }  # fmt: skip
    assert vars(comp.inside["distill_out"].par) == {"address": "127.0.0.1", "port": 9000}
    for name in ("distill_moved", "distill_clock"):
        compile(comp.inside[name].text, name, "exec")
        assert "op('/project1/base1/text1').module." in comp.inside[name].text


def test_each_control_has_a_custom_parameter(comp: Comp, module: dict[str, Any]) -> None:
    made = comp.par.made
    names = {control[0]: control[2] for control in module["CONTROLS"]}
    assert list(names) == [control.name for control in SURFACE.controls]
    for control in SURFACE.controls:
        par = made[names[control.name]]
        assert (par.kind, par.val) == (control.parameter.kind, control.start)
        if par.kind != "bool":
            assert (par.min, par.max) == (control.parameter.minimum, control.parameter.maximum)


def test_what_is_moved_is_sent(comp: Comp, module: dict[str, Any]) -> None:
    comp.par.Temperature = 0.75
    comp.par.Topk = 16
    comp.par.Editfreezeon = 1
    assert comp.sent == [
        ("/distill/temperature", [0.75]), ("/distill/top_k", [16]),
        ("/distill/edit/freeze/on", [1]),
    ]  # fmt: skip


def test_what_is_told_moves_the_parameter_and_is_not_sent_back(
    comp: Comp, module: dict[str, Any]
) -> None:
    hear(module, "/distill/gain", 0.25)
    hear(module, "/distill/temperature/structure", 0.5)
    assert comp.par.made["Gain"].val == 0.25
    assert comp.par.made["Temperaturestructure"].val == 0.5
    assert module["values"]["gain"] == 0.25
    assert comp.sent == []


def test_what_is_off_is_known_as_such_and_any_value_turns_it_on(
    comp: Comp, module: dict[str, Any]
) -> None:
    hear(module, "/distill/steer/brightness", "off")
    assert module["values"]["steer/brightness"] == "off"
    comp.par.Steerbrightness = 0.0
    module["move"]("steer/brightness", "off")
    assert comp.sent == [
        ("/distill/steer/brightness", [0.0]), ("/distill/steer/brightness", ["off"]),
    ]  # fmt: skip


def test_each_button_makes_its_request(comp: Comp, module: dict[str, Any]) -> None:
    for _, par, *_ in module["BUTTONS"]:
        module["pressed"](comp.par.made[par])
    expected = {(button.address, button.arguments) for button in SURFACE.buttons}
    expected |= {(control.address, ("off",)) for control in SURFACE.controls if control.release}
    assert {(address, tuple(values)) for address, values in comp.sent} == expected
    assert len(comp.sent) == len(expected)


def test_it_asks_again_before_a_minute_is_over(comp: Comp, module: dict[str, Any]) -> None:
    module["absTime"].seconds = 129.0
    module["renew"]()
    assert comp.sent == []
    module["absTime"].seconds = 130.0
    module["renew"]()
    module["renew"]()
    assert comp.sent == [("/distill/subscribe", [7000])]


def test_it_can_be_built_again(comp: Comp, module: dict[str, Any]) -> None:
    before = list(comp.par.made)
    hear(module, "/distill/gain", 0.25)
    module["build"]()
    assert list(comp.par.made) == before
    assert comp.par.made["Gain"].val == 0.25


def test_what_the_instrument_refuses_is_printed(
    module: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    hear(module, "/distill/error", "/distill/gain", "gain takes a number")
    assert capsys.readouterr().out == "distill-live: /distill/gain gain takes a number\n"
