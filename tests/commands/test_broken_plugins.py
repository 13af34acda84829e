"""Plugins that break while a whole server plays: one message, and the sound goes on."""

from __future__ import annotations

from pathlib import Path

from distill_live.plugins import KINDS
from tests.commands.server_process import ServerProcess
from tests.installed_plugin import install_plugin
from tests.sound_files import read_audio
from tests.tools import read_line, wait_until

HEAD = """
from distill_live.parameters import Parameter

class Plugin:
    name = "shaky"
    doc = "Breaks."
    parameters = (Parameter("depth", "int", 0, 9, 3, "", "How deep."),)
"""
EDIT = f"""{HEAD}
    window = 1

    def __call__(self, codes, context):
        raise ZeroDivisionError("in the edit")
"""
INPUT = f"""{HEAD}
    def __init__(self, context):
        self.context = context

    def run(self, stopped):
        while self.context.values["depth"] != 9:
            self.context.send("/distill/ping")
        raise ZeroDivisionError("in the input")
"""
OUTPUT = f"""{HEAD}
    sample_rate = 48_000

    def __init__(self, options):
        self.values = options.values

    def describe(self):
        return "shaky ground"

    def run(self, source, stopped):
        import time
        import numpy
        out = numpy.zeros((480, 1), numpy.float32)
        while not stopped():
            source.render(out)
            time.sleep(0.01)
            if self.values["depth"] == 9:
                raise ZeroDivisionError("in the output")

    def close(self):
        pass
"""
BAD = HEAD.replace('"int", 0, 9, 3', '"int", 9, 0, 3')


def wait_for(server: ServerProcess, word: str) -> str:
    """The next line on standard error that holds a word, as soon as it comes."""
    assert server.process.stderr is not None
    while word not in (line := read_line(server.process.stderr)):
        assert line, "the server has ended"
    return line.strip()


def end(server: ServerProcess) -> list[str]:
    """End the server; the lines on standard error that nobody has waited for."""
    assert server.end() == 0
    assert "Traceback" not in server.errors
    return server.errors.splitlines()


def hear_more(recording: Path) -> None:
    """Wait until two more seconds have been recorded."""
    size = recording.stat().st_size
    wait_until(lambda: recording.stat().st_size > size + 2 * 48_000 * 4, "two seconds more")


def test_an_edit_that_raises_is_switched_off(calm_model_path: Path, tmp_path: Path) -> None:
    environment = install_plugin(tmp_path, "edits", "shaky", EDIT)
    path = tmp_path / "sound.wav"
    arguments = (str(calm_model_path), "--output", "clock", "--record", str(path))
    with ServerProcess(*arguments, environment=environment) as server:
        assert server.osc.ask("/distill/get", "edit/shaky/depth") == [3]
        server.osc.send("/distill/edit/shaky/on", 1)
        server.osc.send("/distill/rewind", 0.5)
        said = wait_for(server, "shaky")
        switch = ("/distill/get", "edit/shaky/on")
        wait_until(lambda: server.osc.ask(*switch) == [0], "its switch to show that it is off")
        hear_more(path)
        assert not [line for line in end(server) if "shaky" in line]
    assert said == ("the edit 'shaky' failed and is now off: ZeroDivisionError('in the edit')")


def test_an_input_that_raises_is_switched_off(calm_model_path: Path, tmp_path: Path) -> None:
    environment = install_plugin(tmp_path, "inputs", "shaky", INPUT)
    arguments = (str(calm_model_path), "--output", "clock")
    with ServerProcess(*arguments, environment=environment) as server:
        server.osc.send("/distill/input/shaky/depth", 9)
        said = wait_for(server, "shaky")
        server.osc.send("/distill/gain", 0.5)
        assert server.osc.ask("/distill/get", "gain") == [0.5]
        assert not [line for line in end(server) if "shaky" in line]
    assert said == ("the input 'shaky' failed and is now off: ZeroDivisionError('in the input')")


def test_an_output_that_raises_is_left_for_the_next_one(
    calm_model_path: Path, tmp_path: Path
) -> None:
    environment = install_plugin(tmp_path, "outputs", "shaky", OUTPUT)
    path = tmp_path / "sound.wav"
    arguments = (str(calm_model_path), "--output", "shaky", "--record", str(path))
    with ServerProcess(*arguments, environment=environment) as server:
        assert "on shaky ground" in server.announcement
        server.osc.send("/distill/output/shaky/depth", 9)
        said = wait_for(server, "shaky")
        wait_for(server, " instead")
        hear_more(path)
        assert not [line for line in end(server) if "shaky" in line]
    assert said == (
        "audio: the output 'shaky' failed and is now off: ZeroDivisionError('in the output')"
    )
    samples = read_audio(path)[0]
    assert abs(samples[-24_000:]).max() > 0


def test_those_that_break_the_contract_or_cannot_be_imported_are_left_out_at_the_start(
    calm_model_path: Path, tmp_path: Path
) -> None:
    install_plugin(tmp_path, "inputs", "shaky", BAD)
    for kind in KINDS:
        environment = install_plugin(tmp_path, kind, f"no_{kind}", "import no_such_library\n")
    with ServerProcess(
        str(calm_model_path), "--output", "clock", environment=environment
    ) as server:
        assert server.osc.ask("/distill/ping", 1) == [1]
        said = [line for line in end(server) if "was left out" in line]
    assert sorted(said) == [
        "the edit 'no_edits' was left out: no_edits_plugin:Plugin of no_edits-plugin 1.0 "
        "cannot be imported: No module named 'no_such_library'",
        "the input 'no_inputs' was left out: no_inputs_plugin:Plugin of no_inputs-plugin 1.0 "
        "cannot be imported: No module named 'no_such_library'",
        "the input 'shaky' was left out: its parameter 'depth' is from 9 to 0; "
        "legal: two finite numbers, the lower one first",
        "the output 'no_outputs' was left out: no_outputs_plugin:Plugin of no_outputs-plugin 1.0 "
        "cannot be imported: No module named 'no_such_library'",
    ]
