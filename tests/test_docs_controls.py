"""What the documents say of addresses, streams and patches is what the instrument has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from distill_live.codes.edit import Traits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.control.namespace.nodes import SERVICES, namespace
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.streams import STREAMS
from distill_live.control.namespace.targets import DEFAULT_LABELS
from distill_live.control.patch.schema import (
    OscSettings,
    ParameterMapping,
    Patch,
    RequestMapping,
)
from distill_live.control.patch.sources import SOURCES
from distill_live.parameters import PARAMETERS
from tests.documents import DOCS, PAGES, README, REPOSITORY, code_lines, page_name, read, spans
from tests.edits.shipped import EDITS

REFERENCE = DOCS / "osc-reference.md"
PATCHES = DOCS / "patches.md"
#: What the instrument sends, beside values and streams.
ANSWERS = {
    f"/distill/{name}"
    for name in (
        "clip", "clips", "done", "error", "pong", "synced", "waiting", "waiting/message",
    )
}  # fmt: skip
TABLE = parameter_table(EDITS.values())
ADDRESSES = {
    *namespace(TABLE, REQUESTS, DEFAULT_LABELS, STREAMS.values()),
    *ANSWERS,
}
#: Addresses that are the beginning of others.
GROUPS = {address[: end.start()] for address in ADDRESSES for end in re.finditer("/", address)}

#: Written for people: pages with words about addresses, not the table of them all.
EXPLAINED = "\n".join(read(page) for page in (README, *DOCS.glob("*.md")) if page != REFERENCE)


@pytest.mark.parametrize("name", [*REQUESTS, *SERVICES, *PARAMETERS])
def test_every_parameter_and_request_is_explained_outside_the_reference(name: str) -> None:
    assert re.search(rf"`/distill/{name}(?![\w/])", EXPLAINED)


@pytest.mark.parametrize("name", sorted(EDITS))
def test_every_edit_is_in_the_table_of_edits_with_its_parameters(name: str) -> None:
    [row] = re.findall(rf"^\| `{name}` \|.*$", read(DOCS / "edits.md"), re.MULTILINE)
    assert all(f"`{parameter.name}`" in row for parameter in EDITS[name].parameters)
    where = {"stream": "live, file", "region": "region", "file": "file"}[
        Traits.of(EDITS[name]).scope
    ]
    assert row.endswith(f"| {where} |")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_addresses_that_are_quoted_exist(page: Path) -> None:
    assert [address for address in addresses(page) if not is_known(address)] == []


def addresses(page: Path) -> Iterator[str]:
    """Addresses with all that stands in them, but for places to fill in, written in capitals."""
    for text in (*code_lines(page), *spans(page)):
        for address in re.findall(r"/distill/[\w/*]+", text):
            if not re.search(r"/[A-Z]+\b", address) and "slow_tide" not in address:
                yield address


def is_known(address: str) -> bool:
    # A level has a number, too.
    plain = re.sub(r"/[1-3](?=$|/)", "/structure", address)
    return plain in GROUPS or any(fnmatchcase(known, plain) for known in ADDRESSES)


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_is_in_the_table_of_streams(name: str) -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", read(DOCS / "controls.md"), re.MULTILINE)
    assert any(f"`{name}`" in row for row in rows)


@pytest.mark.parametrize("key", SOURCES)
def test_every_source_of_a_patch_is_in_the_table_of_sources(key: str) -> None:
    row = re.search(rf"^\| `\{{{key}: .*$", read(PATCHES), re.MULTILINE)
    assert row
    keys = {key for key in SOURCES[key].model_fields} - {key, "device", "channel"}
    assert [one for one in keys if not re.search(rf"`{one}\b", row[0])] == []


@pytest.mark.parametrize("model", [ParameterMapping, RequestMapping, Patch, OscSettings])
def test_every_key_of_a_patch_is_described(model: type[Patch]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert [key for key in keys if not re.search(rf"`{key}\b", read(PATCHES))] == []


def test_the_patches_that_are_shown_are_legal() -> None:
    shown = {
        page.name: re.findall(r"```yaml\n(.*?)```", read(page), re.DOTALL)
        for page in PATCHES.parent.glob("*.md")
    }
    # A list of edits is no patch.
    assert [name for name, found in sorted(shown.items()) if found] == [
        "edits.md", "patches.md", "playing.md",
    ]  # fmt: skip
    for name, mappings in (("patches.md", 4), ("playing.md", 1)):
        (text,) = shown[name]
        patch = Patch.model_validate(yaml.safe_load(text), context=TABLE)
        assert len(patch.map) == mappings


def test_every_included_patch_is_in_the_table_of_patches() -> None:
    listed = set(re.findall(r"^\| \[`([\w-]+\.yaml)`\]", read(PATCHES), re.MULTILINE))
    assert listed == {path.name for path in (REPOSITORY / "patches").glob("*.yaml")}
