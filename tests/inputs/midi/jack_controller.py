"""A controller: sends each line of standard input, a MIDI message in hexadecimal, from the JACK
port NAME:out, and prints `ready`, then what comes to NAME:in in the same way."""

from __future__ import annotations

import queue
import sys
import threading

import jack  # type: ignore[import-untyped]

#: What fits into a port's buffer, and is more than a cable carries in that time.
MESSAGES_PER_CYCLE = 64


def main(name: str) -> None:
    client = jack.Client(name, use_exact_name=True, no_start_server=True)
    port = client.midi_outports.register("out")
    shown = client.midi_inports.register("in")
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def process(_samples: int) -> None:
        port.clear_buffer()
        for _, event in shown.incoming_midi_events():
            received.put(bytes(event))
        for _ in range(MESSAGES_PER_CYCLE):
            if messages.empty():
                break
            port.write_midi_event(0, messages.get())

    def show() -> None:
        while True:
            print(received.get().hex(), flush=True)

    threading.Thread(target=show, daemon=True).start()
    client.set_process_callback(process)
    with client:
        print("ready", flush=True)
        for line in sys.stdin:
            messages.put(bytes.fromhex(line))


if __name__ == "__main__":
    main(sys.argv[1])
