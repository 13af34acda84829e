from __future__ import annotations

import json
import re
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from distill_live.web.page_files import FOLDER, TYPES, PageFiles, without_comments
from tests.tools import require_node_module, require_program
from tests.web.conftest import Studio

INDEX = (FOLDER / "index.html").read_text(encoding="utf-8")
#: What `index.html` loads by itself.
LOADED = re.findall(r'(?:href|src)="(/page/[^"]+)"', INDEX)
STORE = "js/core/store.js"
#: The most bytes of all the page's files on their way, with the heads of HTTP.
MOST_BYTES = 290_000
#: Prints what scripts are for a program that runs them: without comments, in one layout.
_BARE = """
const { readFileSync } = require('node:fs')
const ts = require('typescript')
const compilerOptions = { removeComments: true, target: 'ESNext', module: 'ESNext' }
const bare = (text) => ts.transpileModule(text, { compilerOptions }).outputText
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(bare)))
"""


def ask_raw(studio: Studio, path: str, *headers: str, method: str = "GET") -> bytes:
    """The answer to a path exactly as it is written: no client tidies it up."""
    with socket.create_connection(("127.0.0.1", studio.server.port), timeout=20) as raw:
        lines = (f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers)
        raw.sendall("\r\n".join((*lines, "", "")).encode())
        answered = b""
        while data := raw.recv(65_536):
            answered += data
    return answered


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/htm-3.1.1/standalone.module.js", "text/javascript; charset=utf-8"),
        ("style/live.css", "text/css; charset=utf-8"),
    ],
)
def test_each_kind_of_file_has_its_type_and_is_not_taken_for_another(
    studio: Studio, name: str, kind: str
) -> None:
    answered = httpx.get(f"{studio.server.address}/page/{name}")
    assert (answered.status_code, answered.headers["content-type"]) == (200, kind)
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.content == (FOLDER / name).read_bytes()


def test_browsers_get_files_packed_and_others_as_they_are(studio: Studio) -> None:
    address = f"{studio.server.address}/page/{STORE}"
    packed = httpx.get(address, headers={"accept-encoding": "br, gzip;q=0.8"})
    plain = httpx.get(address, headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.content == plain.content == without_comments((FOLDER / STORE).read_bytes())
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


def test_a_head_has_the_headers_of_the_file_and_no_body(studio: Studio) -> None:
    asked = (f"/page/{STORE}", "Accept-Encoding: gzip")
    whole, head = ask_raw(studio, *asked), ask_raw(studio, *asked, method="HEAD")
    dated = re.compile(rb"date: [^\r]+")
    headers = [dated.sub(b"", one).partition(b"\r\n\r\n")[0] for one in (whole, head)]
    assert headers[0] == headers[1]
    assert head.endswith(b"\r\n\r\n")


def test_a_part_of_a_packed_file_is_not_cut_out_of_its_gzip(studio: Studio) -> None:
    address = f"{studio.server.address}/page/{STORE}"
    answered = httpx.get(address, headers={"range": "bytes=0-9", "accept-encoding": "gzip"})
    # Whoever does not know Range answers with everything: RFC 9110, section 14.2.
    assert (answered.status_code, answered.headers["content-encoding"]) == (200, "gzip")
    assert answered.content == without_comments((FOLDER / STORE).read_bytes())


def test_scripts_lose_comments_alone_and_their_lines_keep_their_numbers() -> None:
    node = require_program("node")
    scripts = [path.read_bytes() for path in sorted((FOLDER / "js").rglob("*.js"))]
    served = [without_comments(one) for one in scripts]
    assert [one.count(b"\n") for one in scripts] == [one.count(b"\n") for one in served]
    given = json.dumps([one.decode() for one in scripts + served])
    found = subprocess.run([node, "-e", _BARE], input=given, env=require_node_module("typescript"),
                           capture_output=True, text=True, check=True)  # fmt: skip
    bare = json.loads(found.stdout)
    assert bare[: len(scripts)] == bare[len(scripts) :]
    assert sum(map(len, served)) < 0.9 * sum(map(len, scripts))


def test_licences_in_the_scripts_of_others_stay(studio: Studio) -> None:
    for path in FOLDER.glob("vendor/**/*.js"):
        name = path.relative_to(FOLDER).as_posix()
        assert httpx.get(f"{studio.server.address}/page/{name}").content == path.read_bytes()


def test_all_files_of_the_page_together_are_light(studio: Studio) -> None:
    names = [
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix in TYPES and path.suffix
    ]
    came = [len(ask_raw(studio, f"/page/{one}", "Accept-Encoding: gzip")) for one in names]
    assert sum(came) < MOST_BYTES, sum(came)


def test_all_that_the_page_loads_at_first_is_there(studio: Studio) -> None:
    assert "/page/js/main.js" in LOADED
    missing = [
        path for path in LOADED if not httpx.get(f"{studio.server.address}{path}").is_success
    ]
    assert missing == []


def test_scripts_and_styles_come_only_from_here_and_none_is_inline(studio: Studio) -> None:
    page = httpx.get(studio.server.address, headers={"accept": "text/html"})
    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} <= set(policy)
    assert "unsafe" not in "".join(policy)
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", INDEX) == []


def test_a_file_of_the_page_that_is_opened_by_itself_can_load_nothing(studio: Studio) -> None:
    for name in ("icon.svg", STORE, "style/live.css"):
        answered = httpx.get(f"{studio.server.address}/page/{name}")
        assert answered.headers["content-security-policy"] == "default-src 'none'"


def test_a_worker_can_load_scripts_and_talk_to_the_server_and_nothing_else(studio: Studio) -> None:
    answered = httpx.get(f"{studio.server.address}/page/js/audio/sound_worker.js")
    policy = answered.headers["content-security-policy"].split("; ")
    assert policy == ["default-src 'none'", "script-src 'self'", "connect-src 'self'"]


def test_a_browser_that_has_the_file_is_told_so(studio: Studio) -> None:
    url = f"{studio.server.address}/page/{STORE}"
    first = httpx.get(url)
    assert first.headers["cache-control"] == "no-cache"
    for known in (f'"other", {first.headers["etag"]}', first.headers["etag"][2:], "*"):
        again = httpx.get(url, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["vary"]) == (
            first.headers["etag"], "accept-encoding",
        )  # fmt: skip
    assert httpx.get(url, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_file_that_has_changed_has_another_tag(studio: Studio, tmp_path: Path) -> None:
    files, path = PageFiles(tmp_path), tmp_path / "a.js"
    path.write_text("1")
    before = files._load(path)
    path.write_text("two")
    after = files._load(path)
    assert (before.body, after.body) == (b"1", b"two")
    assert before.tag != after.tag


@pytest.mark.parametrize(
    "path",
    [
        "/page/../trust.py",
        "/page/..%2ftrust.py",
        "/page/%2e%2e/trust.py",
        "/page/js/../../../trust.py",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/js/core/store.js%00.html",
        "/page/..\\trust.py",
        "/page/js",
        "/page/",
        "/page/no-such-file.js",
        "/page/" + "a" * 5000,
    ],
)
def test_nothing_outside_the_folder_is_served(studio: Studio, path: str) -> None:
    answered = ask_raw(studio, path)
    assert answered.startswith(b"HTTP/1.1 404 "), answered[:200]
    assert b"root:" not in answered and b"DNS rebinding" not in answered


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    (tmp_path / "secret.js").write_text("secret")
    (folder / "out.js").symlink_to(tmp_path / "secret.js")
    (folder / "in.js").write_text("in")
    (folder / "odd.exe").write_text("odd")
    files = PageFiles(folder)
    found = [files._find(name) for name in ("out.js", "odd.exe", "in.js")]
    assert found == [None, None, folder.resolve() / "in.js"]
