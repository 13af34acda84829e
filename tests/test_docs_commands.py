"""Commands that the documents name can be typed: they exist, and so do their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from distill_live.cli import COMMANDS, app
from distill_live.codes.edit import load_edits
from distill_live.codes.edit_lists.edit_step import EditStep
from distill_live.inference.model_edits import model_edits
from tests.documents import DOCS, PAGES, REPOSITORY, code_lines, page_name, read, spans

COMMAND_LINE = DOCS / "command-line.md"
#: Options of other programs that stand alone in the documents.
FOREIGN = {"--index-url", "--load"}


def find_command(name: str) -> Any:
    return typer.main.get_command(app).commands[name]._load()  # type: ignore[attr-defined]


def below(command: Any) -> dict[str, Any]:
    """The commands below a command, such as `list` below `models`."""
    return getattr(command, "commands", {})


def options_of(command: Any) -> set[str]:
    """The long options of a command, and of the commands below it."""
    found = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--")
    }
    return found.union(*map(options_of, below(command).values())) - {"--help"}


LOADED = {name: find_command(name) for name in COMMANDS}
OPTIONS = {name: options_of(command) for name, command in LOADED.items()}


def row_of(name: str) -> str:
    """The row of a command on the page of commands."""
    found = re.search(rf"^\| `{name}\b[ `].*$", read(COMMAND_LINE), re.MULTILINE)
    assert found, f"{COMMAND_LINE.name} has no row for {name}"
    return found[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_has_every_option(name: str) -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", row_of(name))) >= OPTIONS[name]


@pytest.mark.parametrize("name", ["models", "codes", "patch", "clients", "plugins"])
def test_the_page_of_commands_has_every_command_below_a_command(name: str) -> None:
    assert below(LOADED[name])
    row = row_of(name)
    assert [one for one in below(LOADED[name]) if not re.search(rf"\b{one}\b", row)] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_commands_and_options_that_are_quoted_exist(page: Path) -> None:
    wrong = [
        f"{' '.join(words)}: {fault}"
        for words in quoted_commands(page)
        if (fault := fault_of(words))
    ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_options_that_stand_alone_exist(page: Path) -> None:
    known = set().union(*OPTIONS.values()) | FOREIGN | {"--help", "--version"}
    alone = {word for span in spans(page) for word in re.findall(r"^--[a-z][\w-]*", span)}
    assert alone - known == set()


def quoted_commands(page: Path) -> Iterator[list[str]]:
    """The words behind `distill-live`, and quotes that begin with a command and go on."""
    for text in (*code_lines(page), *spans(page)):
        for found in re.finditer(r"distill-live(?= )([^&#`|]*(?:\|(?! )[^&#`|]*)*)", text):
            yield typed_words(found[1])
    for span in spans(page):
        words = typed_words(span)
        goes_on = len(words) > 1 and (any(word.startswith("--") for word in words))
        if words[0] in COMMANDS and (goes_on or is_group(words)):
            yield words


def typed_words(text: str) -> list[str]:
    """The words of a command line; what stands between quotes is one word."""
    try:
        return shlex.split(text)
    except ValueError:  # An apostrophe in a sentence.
        return text.split()


def is_group(words: list[str]) -> bool:
    return len(words) > 1 and bool(below(LOADED[words[0]]))


def fault_of(words: list[str]) -> str:
    """What is wrong with the words behind `distill-live`; "" for nothing."""
    if not words or words[0] in ("COMMAND", "--help", "--version"):
        return ""
    if words[0] not in COMMANDS:
        return "no such command"
    if is_group(words) and not words[1].startswith("-") and words[1] not in below(LOADED[words[0]]):
        return f"{words[0]} has no command {words[1]}"
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    unknown = given - OPTIONS[words[0]] - {"--help"}
    return f"no option {', '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_edits_that_are_quoted_can_be_read(page: Path) -> None:
    edits = {one.name: one for one in load_edits(print)} | model_edits(lambda: pytest.fail("used"))
    words = [word for line in code_lines(page) for word in typed_words(line)]
    texts = [after for before, after in pairwise(words) if before == "--do" and after != "EDIT"]
    for text in texts:
        EditStep.parse(text, edits)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_targets_of_make_and_benchmarks_exist(page: Path) -> None:
    makefile = read(REPOSITORY / "Makefile")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    text = "\n".join((*code_lines(page), *spans(page)))
    targets = set(re.findall(r"(?:^|&& )make (?:--\S+ )*([a-z][a-z-]+)", text, re.MULTILINE))
    assert targets - set(phony[1].split()) == set()
    modules = set(re.findall(r"python -m (tests[\w.]+)", text))
    files = (REPOSITORY / f"{module.replace('.', '/')}.py" for module in modules)
    assert [file.name for file in files if not file.exists()] == []
