"""The page's JavaScript, whose comments declare its types, passes TypeScript's checker."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.tools import require_node_module, require_program

CONFIGURATION = Path(__file__).with_name("tsconfig.json")
PAGE = Path(__file__).parents[3] / "distill_live" / "web" / "page" / "js"


def check_types(*arguments: str) -> subprocess.CompletedProcess[str]:
    node = require_program("node")
    modules = Path(require_node_module("typescript")["NODE_PATH"])
    compiler = modules / "typescript" / "bin" / "tsc"
    return subprocess.run(
        [node, str(compiler), "--project", str(CONFIGURATION), *arguments],
        text=True, capture_output=True,
    )  # fmt: skip


def test_the_types_of_the_page_agree() -> None:
    found = check_types("--listFilesOnly")
    assert set(map(str, PAGE.rglob("*.js"))) <= set(found.stdout.split())
    assert "/vendor/" not in found.stdout.replace("types/vendor/", "")
    assert check_types().stdout == ""


def test_every_module_of_the_page_asks_to_be_checked() -> None:
    unchecked = [path for path in PAGE.rglob("*.js") if "@ts-check" not in path.read_text()[:20]]
    assert unchecked == []
