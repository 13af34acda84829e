"""The page's JavaScript, whose comments declare its types, passes TypeScript's checker."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.tools import require_node_module, require_program

CONFIGURATION = Path(__file__).with_name("tsconfig.json")
PAGE = Path(__file__).parents[3] / "distill_live" / "web" / "page" / "js"


def test_the_types_of_the_page_agree() -> None:
    node = require_program("node")
    modules = Path(require_node_module("typescript")["NODE_PATH"])
    compiler = modules / "typescript" / "bin" / "tsc"
    found = subprocess.run(
        [node, str(compiler), "--project", str(CONFIGURATION), "--listFiles"],
        text=True, capture_output=True,
    )  # fmt: skip
    lines = found.stdout.splitlines()
    files = {line for line in lines if Path(line).is_absolute()}
    assert [line for line in lines if line not in files] == []
    assert set(map(str, PAGE.rglob("*.js"))) <= files
    assert not any("/vendor/" in file.replace("types/vendor/", "") for file in files)
    assert found.returncode == 0, found.stderr


def test_every_module_of_the_page_asks_to_be_checked() -> None:
    unchecked = [path for path in PAGE.rglob("*.js") if "@ts-check" not in path.read_text()[:20]]
    assert unchecked == []
