"""The patches for other programs send what the server understands."""

import re
import socket
import subprocess
from pathlib import Path

from pythonosc.osc_message import OscMessage

from tests.tools import require_program

FIRST = Path(__file__).parents[1] / "patches" / "clients" / "first.pd"


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


def test_the_first_pd_patch_sends_each_slider_and_button(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        patch = tmp_path / "played.pd"
        patch.write_text(played_by_hand(FIRST.read_text(), receiver.getsockname()[1]))
        subprocess.run(
            [require_program("pd"), "-nogui", "-nosound", "-nomidi", "-open", str(patch)],
            timeout=30,
            check=True,
        )
        packets = [OscMessage(receiver.recv(1024)) for _ in range(6)]
    received = {packet.address: list(packet.params) for packet in packets}
    assert list(received) == [
        f"/distill/{name}" for name in ("temperature", "top_p", "gain", "play", "stop", "panic")
    ]
    assert received["/distill/gain"] == [1.0]
    assert 0.9 < received["/distill/temperature"][0] < 1.1
    assert received["/distill/play"] == []
