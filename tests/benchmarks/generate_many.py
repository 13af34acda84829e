"""How much sooner several sounds are made by several processes than by one.

    python -m tests.benchmarks.generate_many [MODEL] [--count 16] [--seconds 20] [--rounds 2]

Prints a line of JSON: the median seconds of each, measured in turns, and whether the sounds are the
same. The clock starts once the model is loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from statistics import median

from distill_live.inference import many
from distill_live.inference.loading import load_model
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if options.count * options.seconds < many._WORTHWHILE_SECONDS:
        parser.error("too little sound for several processes")
    loaded, path = load_model(options.model, "cpu"), find_model(options.model).absolute()
    wanted = [{"duration_s": options.seconds, "seed": seed} for seed in range(options.count)]
    usual = many._MOST_PROCESSES
    taken: dict[int, list[float]] = {1: [], usual: []}
    digests = set()
    for _ in range(options.rounds):
        for most, seconds in taken.items():
            many._MOST_PROCESSES = most
            began = time.monotonic()
            digests.add(digest(loaded, path, wanted))
            seconds.append(time.monotonic() - began)
    medians = {"one": median(taken[1]), "several": median(taken[usual])}
    print(json.dumps({name: round(one, 1) for name, one in medians.items()}
                     | {"same": len(digests) == 1}))  # fmt: skip


def digest(loaded: LoadedVQModel, path: Path, wanted: list[many.Settings]) -> str:
    """Make the sounds; a number that tells whether others are the same."""
    found = hashlib.sha256()
    for made in many.make_sounds(loaded, path, wanted, lambda done: None):
        found.update(made.audio.tobytes())
    return found.hexdigest()


if __name__ == "__main__":
    main()
