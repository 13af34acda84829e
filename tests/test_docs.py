"""The documents hold together: links, pictures, sizes, and what they say of files and versions."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from distill_live.codes.codebook_health import COLLAPSED, COLLAPSED_EVEN, UNDERUSED, UNDERUSED_EVEN
from tests.documents import (
    DOCS,
    PAGES,
    README,
    REPOSITORY,
    broken_links,
    links,
    page_name,
    read,
    spans,
)

PACKAGE = REPOSITORY / "distill_live"
PICTURES = DOCS / "images"
_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def test_the_readme_is_short() -> None:
    assert len(read(README).splitlines()) <= 200


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("index", [README, DOCS / "README.md"], ids=page_name)
def test_an_index_lists_every_page(index: Path) -> None:
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert [page_name(p) for p in DOCS.glob("*.md") if p not in {*listed, DOCS / "README.md"}] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_paths_and_modules_that_are_named_exist(page: Path) -> None:
    assert [span for span in spans(page) if names_a_missing_file(span)] == []


def names_a_missing_file(span: str) -> bool:
    """Whether a span is a path inside the repository or the package, or a module, and not there."""
    if re.fullmatch(r"(distill_live|tests)(\.[a-z][a-z_0-9]*)+", span):
        path = REPOSITORY / span.replace(".", "/")
        # The last word may be a name in the module, or a group of entry points.
        known = [path, path.with_suffix(".py"), path.parent.with_suffix(".py")]
        return not any(one.exists() for one in known) and span not in entry_point_groups()
    # What begins with a dot and a slash is in the reader's own folder.
    if not re.fullmatch(r"(?!\./)[\w.*-]+(/[\w.*-]+)*/?", span) or "/" not in span:
        return False
    places = [root for root in (REPOSITORY, PACKAGE) if (root / span.split("/")[0]).is_dir()]
    return bool(places) and not any(any(root.glob(span.rstrip("/"))) for root in places)


def entry_point_groups() -> set[str]:
    project = tomllib.loads(read(REPOSITORY / "pyproject.toml"))["project"]
    return set(project["entry-points"])


def test_the_architecture_names_every_folder_of_the_package() -> None:
    folders = {
        path.parent.relative_to(PACKAGE).as_posix()
        for pattern in ("*/__init__.py", "*/*/__init__.py")
        for path in PACKAGE.glob(pattern)
    }
    text = read(REPOSITORY / "ARCHITECTURE.md")
    assert [folder for folder in sorted(folders) if f"`{folder}/`" not in text] == []


def test_pictures_are_the_same_in_light_and_dark_but_for_their_colours() -> None:
    light, dark = (read(PICTURES / f"signal-flow-{scheme}.svg") for scheme in ("light", "dark"))
    for picture in (light, dark):
        assert ET.fromstring(picture).find("{*}title") is not None  # noqa: S314
    assert light != dark
    assert _HEX_COLOUR.sub("", light) == _HEX_COLOUR.sub("", dark)


def test_whoever_installs_from_a_clone_gets_the_versions_that_were_tested() -> None:
    found = []
    for page in PAGES:
        text = " ".join(read(page).split())
        found += re.findall(r"pip install [^`&#|]*-e '?\.[^`&#|]*", text)
    assert len(found) >= 6
    assert [line for line in found if "-c constraints.txt" not in line] == []


def test_the_builds_for_cpus_are_of_the_versions_that_were_tested() -> None:
    told = dict(re.findall(r"(torch|torchaudio)==(\S+)\+cpu", read(DOCS / "installing.md")))
    pins = read(REPOSITORY / "constraints.txt")
    assert told == dict(re.findall(r"^(torch|torchaudio)==(\S+)", pins, re.MULTILINE))


def test_messages_that_the_readme_quotes_are_said() -> None:
    source = "\n".join(read(path) for path in PACKAGE.rglob("*.py"))
    said = re.sub(r'"\s*\n\s*f?"', "", source)
    section = read(README).partition("## Troubleshooting")[2].partition("\n## ")[0]
    quoted = re.findall(r'^\| ("[^|]+") \|', section, re.MULTILINE)
    assert len(quoted) >= 5
    for row in quoted:
        for message in re.findall(r'"([^"]+)"', row):
            # The names and the address are filled in.
            pieces = re.split(r" demo on | 127\.0\.0\.1:9000", message)
            assert all(piece in said for piece in pieces), message


def test_the_limits_of_codebook_health_are_those_that_are_used() -> None:
    text = read(DOCS / "training.md")
    yellow, red = (
        next(line for line in text.splitlines() if line.startswith(f"| {colour}"))
        for colour in ("yellow", "red")
    )
    assert UNDERUSED == 0.5 and "half" in yellow and f"{UNDERUSED_EVEN:.0%}" in yellow
    assert f"{COLLAPSED:.0%}" in red and f"{COLLAPSED_EVEN:.0%}" in red
