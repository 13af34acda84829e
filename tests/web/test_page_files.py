from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx
import pytest

from distill_live.web.page_files import FOLDER, PageFiles
from tests.web.conftest import Studio

INDEX = (FOLDER / "index.html").read_text(encoding="utf-8")
#: What `index.html` loads by itself.
LOADED = re.findall(r'(?:href|src)="(/page/[^"]+)"', INDEX)


def ask_raw(studio: Studio, path: str) -> bytes:
    """The answer to a path exactly as it is written: no client tidies it up."""
    with socket.create_connection(("127.0.0.1", studio.server.port), timeout=20) as raw:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        raw.sendall(head.encode())
        answered = b""
        while data := raw.recv(65_536):
            answered += data
    return answered


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("js/core/store.js", "text/javascript; charset=utf-8"),
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
    address = f"{studio.server.address}/page/js/core/store.js"
    packed = httpx.get(address, headers={"accept-encoding": "br, gzip;q=0.8"})
    plain = httpx.get(address, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (FOLDER / "js/core/store.js").read_bytes()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


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


def test_a_browser_that_has_the_file_is_told_so(studio: Studio) -> None:
    url = f"{studio.server.address}/page/js/core/store.js"
    first = httpx.get(url)
    assert first.headers["cache-control"] == "no-cache"
    again = httpx.get(url, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
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
