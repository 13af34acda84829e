"""The patches for other programs send what the server understands."""

import re
import socket
import subprocess
from pathlib import Path

from pythonosc.osc_message import OscMessage

from distill_live.control.namespace.requests import REQUESTS
from tests.tools import require_program

CLIENTS = Path(__file__).parents[1] / "patches" / "clients"
FIRST, HYBRID = CLIENTS / "first.pd", CLIENTS / "hybrid.pd"


def played_by_hand(patch: str, port: int) -> str:
    """The patch with a hand that clicks connect, then every slider and button, then quits."""
    objects = [line for line in patch.splitlines() if re.match("#X (text|msg|obj)", line)]
    clicked = [n for n, line in enumerate(objects) if re.search(" hsl | bng |X msg", line)]
    hand, start, wait, end = range(len(objects), len(objects) + 4)
    return "\n".join(
        [
            patch.replace("127.0.0.1 9000", f"127.0.0.1 {port}").rstrip(),
            f"#X obj 0 0 t{' b' * (len(clicked) + 1)};",
            "#X obj 0 0 loadbang;",
            "#X obj 0 0 delay 200;",
            "#X msg 0 0 \\; pd quit;",
            f"#X connect {start} 0 {hand} 0;",
            f"#X connect {hand} 0 {wait} 0;",
            f"#X connect {wait} 0 {end} 0;",
            # A trigger fires its outlets from right to left.
            *(f"#X connect {hand} {len(clicked) - n} {one} 0;" for n, one in enumerate(clicked)),
            "",
        ]
    )


def send_all(patch: Path, count: int, folder: Path) -> list[OscMessage]:
    """The first messages of a patch of which every control is used once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        played = folder / "played.pd"
        played.write_text(played_by_hand(patch.read_text(), receiver.getsockname()[1]))
        subprocess.run(
            [require_program("pd"), "-nogui", "-nosound", "-nomidi", "-open", str(played)],
            timeout=30,
            check=True,
        )
        return [OscMessage(receiver.recv(1024)) for _ in range(count)]


def test_the_first_pd_patch_sends_each_slider_and_button(tmp_path: Path) -> None:
    received = {packet.address: list(packet.params) for packet in send_all(FIRST, 6, tmp_path)}
    assert list(received) == [
        f"/distill/{name}" for name in ("temperature", "top_p", "gain", "play", "stop", "panic")
    ]
    assert received["/distill/gain"] == [1.0]
    assert 0.9 < received["/distill/temperature"][0] < 1.1
    assert received["/distill/play"] == []


def test_the_pd_patch_for_a_hybrid_makes_its_requests_in_order(tmp_path: Path) -> None:
    received = [
        (packet.address.removeprefix("/distill/"), packet.params)
        for packet in send_all(HYBRID, 8, tmp_path)
    ]
    assert received == [
        ("clip/load", ["a", "loop_a.wav"]), ("clip/load", ["b", "loop_b.wav"]),
        ("clip/play", ["a"]), ("blend/clip", ["b"]), ("blend", [0.0]), ("blend/structure", [0.0]),
        ("capture", [4.0, "hybrid"]), ("release", []),
    ]  # fmt: skip
    for name, arguments in received:
        if name in REQUESTS:
            REQUESTS[name].check([] if name == "release" else arguments)
