from __future__ import annotations

from distill_live.control.routing.reception import MALFORMED_S, Reception


def test_malformed_packets_are_told_once_per_source_and_fault_then_once_a_minute() -> None:
    lines: list[str] = []
    now = 0.0
    reception = Reception(lines.append, lambda: now)
    for second in range(int(MALFORMED_S) + 1):
        now = float(second)
        reception.note_malformed(f"OSC sender 1.2.3.4:{second}", f"a bundle of {second} bytes")
    reception.note_malformed("OSC sender 1.2.3.5:1", "a bundle of 3 bytes")
    reception.note_malformed("OSC sender 1.2.3.4:1", "no address")
    assert lines == [
        "malformed packet from OSC sender 1.2.3.4:0: a bundle of 0 bytes",
        "malformed packet from OSC sender 1.2.3.4:60: a bundle of 60 bytes (and 59 more like it)",
        "malformed packet from OSC sender 1.2.3.5:1: a bundle of 3 bytes",
        "malformed packet from OSC sender 1.2.3.4:1: no address",
    ]
    assert reception.counters.malformed == MALFORMED_S + 3


def test_the_last_message_is_shown_without_the_noise_of_32_bits() -> None:
    reception = Reception(lambda line: None, lambda: 0.0)
    reception.note("/distill/gain", [0.4000000059604645])
    assert reception.last_message == "/distill/gain 0.4"
