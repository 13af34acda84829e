"""Another program in the Link session, for tests: `python link_peer.py BPM`.

It prints what it sees as JSON whenever a line comes in, after doing what the line says: a number is
a tempo to set, "start" and "stop" are for all in the session, "beat" asks where it is, and an empty
line or the end of the input ends it.
"""

import asyncio
import json
import sys
import time

import aalink


async def play(bpm: float) -> None:
    link = aalink.Link(bpm)
    link.quantum = 4
    link.start_stop_sync_enabled = link.enabled = True
    for line in iter(sys.stdin.readline, ""):
        word = line.strip()
        if not word:
            break
        if word in ("start", "stop"):
            link.playing = word == "start"
        elif word != "beat":
            link.tempo = float(word)
        beat, now = link.beat, time.monotonic()
        seen = {"peers": link.num_peers, "bpm": link.tempo, "beat": beat, "now": now}
        print(json.dumps(seen), flush=True)
    link.enabled = False


asyncio.run(play(float(sys.argv[1])))
