from __future__ import annotations

from pathlib import Path

from distill_live.codes.edit import load_edits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.commands.params import markdown_reference
from distill_live.control.namespace.requests import REQUESTS
from distill_live.parameters import PARAMETERS
from distill_live.plugins import find_plugins
from tests.conftest import RunCli

REFERENCE = Path(__file__).parents[2] / "docs" / "osc-reference.md"
MARK, END = "<!-- distill-live params --markdown: {} -->\n", "\n<!-- end -->"


def shipped_reference() -> list[str]:
    """The two tables without the edits of plugins that happen to be installed here."""
    own = [
        edit
        for edit in load_edits(print)
        if find_plugins("edits")[edit.name].value.startswith("distill_live.")
    ]
    return markdown_reference(parameter_table(own), REQUESTS).split("\n\n")


def test_the_documents_hold_the_reference_as_it_is() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    for name, table in zip(("parameters", "requests"), shipped_reference(), strict=True):
        _, begin, rest = page.partition(MARK.format(name))
        section, end, _ = rest.partition(END)
        assert begin and end, f"{REFERENCE} lacks the table of {name}, or its end"
        assert section == table, f"put there what `distill-live params --markdown` prints: {name}"


def test_every_parameter_and_request_is_shown(run_cli: RunCli) -> None:
    for shown in (run_cli("params"), run_cli("params", "--markdown")):
        assert (shown.code, shown.err) == (0, "")
        for name in (*PARAMETERS, "edit/freeze/on", *REQUESTS):
            assert f"/distill/{name}" in shown.out


def test_a_row_says_range_default_curve_and_what_it_does(run_cli: RunCli) -> None:
    lines = run_cli("params", "--markdown").out.splitlines()
    fade = PARAMETERS["model_fade"]
    assert f"| `/distill/model_fade` | 0.05 .. 20 s | 2 | exp | {fade.doc} |" in lines
    density = PARAMETERS["steer/density"]
    assert f"| `/distill/steer/density` | -1 .. 1 | off | linear | {density.doc} |" in lines
    assert "| `/distill/temperature[/LEVEL]` | 0.1 .. 2 | 1 | linear |" in "\n".join(lines)
    assert "| `/distill/edit/freeze/on[/LEVEL]` | 0 or 1 | 0 |" in "\n".join(lines)
    take = "[take (integer, 0..2147483647 or same)]"
    rewind = REQUESTS["rewind"]
    row = f"| `/distill/rewind` | seconds (0.01..600 s), {take} | {rewind.doc} |"
    assert row in lines
