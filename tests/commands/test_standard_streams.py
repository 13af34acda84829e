"""Printing never raises, whatever is printed and wherever it goes."""

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import distill_live
from distill_live.audio.files import write_audio
from distill_live.commands.output import print_json, tell
from distill_live.commands.standard_streams import UnraisingStream, encodable, standard_streams
from tests.audio.reading.odd_files import noise

PACKAGE = Path(distill_live.__file__).parent


def narrow() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\n")


def written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def test_letters_that_an_encoding_lacks_are_written_out() -> None:
    stream = narrow()
    UnraisingStream(stream).write("caf\u00e9 \u3042\n")
    assert written(stream) == "caf\u00e9 \\u3042\n"
    assert encodable("\u3042\u00e9", "ascii") == r"\u3042\xe9"


@pytest.mark.parametrize("name", ["caf\udce9", "\x1b[31mred", "\u3042"])
def test_a_name_is_reported_as_it_can_be_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = narrow()
    monkeypatch.setattr(sys, "stdout", stream)
    with standard_streams():
        tell(f"{name}\nnext")
    told = written(stream)
    assert told.isprintable() is False  # the line ends
    assert told.replace("\n", "").isascii()
    assert told.endswith("\nnext\n")
    assert "\x1b" not in told


@pytest.mark.parametrize("name", ["caf\udce9", "\x9b31m", "\u3042\U0001f600", "caf\u00e9"])
def test_json_stays_json_in_every_encoding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = narrow()
    monkeypatch.setattr(sys, "stdout", stream)
    with standard_streams():
        print_json({"name": name})
    assert json.loads(written(stream)) == {"name": name}


def test_streams_are_as_before_when_a_command_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.stdout, sys.stderr
    with standard_streams():
        assert sys.stdout is not before[0]
        assert sys.stdout.encoding == before[0].encoding
    assert (sys.stdout, sys.stderr) == before
    monkeypatch.setattr(sys, "stdout", None)
    with standard_streams() as lost:
        tell("nobody is there")
        assert lost() is None


def run(
    *words: str, stdout: int, encoding: str = "utf-8", cwd: Path | None = None
) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "distill_live", *words], stdout=stdout, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": encoding}, cwd=cwd, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.decode()


def test_a_reader_that_leaves_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert run("params", "--markdown", stdout=writer) == (0, "")
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_results_that_no_disk_takes_are_an_error() -> None:
    with open("/dev/full", "w") as full:
        code, err = run("params", "--markdown", stdout=full.fileno())
    assert (code, err) == (1, "error: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [("cp1252", "\u3042.wav", rb"\u3042"), ("ascii", "caf\udce9.wav", rb"caf\xe9"),
     ("utf-8", "a\x1b[31m.wav", rb"a\x1b[31m")],
)  # fmt: skip
def test_encode_takes_and_tells_every_name(
    encoding: str, name: str, told: bytes, tiny_model_path: Path, tmp_path: Path
) -> None:
    write_audio(tmp_path / name, noise(0.5, 48_000), 48_000)
    words = ("encode", name, "--model", str(tiny_model_path))
    with (tmp_path / "out").open("wb") as out:
        assert run(*words, stdout=out.fileno(), encoding=encoding, cwd=tmp_path) == (0, "")
    assert (tmp_path / "out").read_bytes().startswith(told + b".json: ")
    assert (tmp_path / name).with_suffix(".json").exists()


def test_commands_print_through_one_door() -> None:
    """`typer.echo` and `print` know nothing of names that cannot be shown."""
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("typer.echo", "typer.secho"))
        or (isinstance(node, ast.Name) and node.id == "print")
    ]
    assert found == []
