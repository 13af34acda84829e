"""The documents of the project, taken apart: pages, links, headings, tables, quoted code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = REPOSITORY / "README.md"
DOCS = REPOSITORY / "docs"
PAGES = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(REPOSITORY / "patches").rglob("*.md"),
    ]
)

_BLOCK = re.compile(r"^( *)```.*?\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:srcset|src|href)=\"([^\"]+)\"")


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def page_name(page: Path) -> str:
    """The path within the repository, which names a test's case."""
    return page.relative_to(REPOSITORY).as_posix()


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _BLOCK.sub("", read(page))


def code_lines(page: Path) -> Iterator[str]:
    """Each line of each block of code."""
    for block in _BLOCK.finditer(read(page)):
        yield from (line.strip() for line in block[2].splitlines())


def spans(page: Path) -> Iterator[str]:
    """What stands between backticks, as it is shown: in tables, a pipe is written with a
    backslash."""
    for span in _SPAN.finditer(prose(page)):
        yield span[1].replace("\\|", "|")


def links(page: Path) -> Iterator[str]:
    """Where the page's links and pictures lead, on this machine alone."""
    for link in _LINK.finditer(prose(page)):
        target = link[1] or link[2]
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as hosts of repositories make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = 1
        anchor = slug
        while anchor in found:
            anchor, number = f"{slug}-{number}", number + 1
        found.add(anchor)
    return found


def broken_links(page: Path) -> list[str]:
    """The links of a page that lead to no file, or to no heading of one."""
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        missing = not target.exists()
        if missing or (anchor and (target.suffix != ".md" or anchor not in anchors(target))):
            broken.append(link)
    return broken


def first_cells(page: Path) -> list[str]:
    """The first cell of each row of the page's tables."""
    return re.findall(r"^\| (.*?) +\|", read(page), re.MULTILINE)
