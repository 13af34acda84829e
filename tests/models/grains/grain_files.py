"""Files of grains to read and to damage."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from distill_live.audio.files import audio_bytes
from distill_live.models.grains.header import PIECE_SAMPLES, GrainFileHeader
from distill_live.models.grains.writing import GivenRecording, write_grains

RATE, HOP = 48_000, 512
NAMES = ("a.wav", "sub/ä.flac")


def sounds(channels: int = 1) -> list[np.ndarray]:
    """Two recordings; the second has so many channels."""
    noise = np.random.default_rng(1)
    first, second = (noise.uniform(-0.5, 0.5, n).astype(np.float32) for n in (20 * HOP, 33 * HOP))
    return [first, second if channels == 1 else np.stack([second, second[::-1]], axis=1)]


def pieces_of(sound: np.ndarray) -> list[bytes]:
    parts = range(0, len(sound), PIECE_SAMPLES)
    return [audio_bytes(sound[at : at + PIECE_SAMPLES], RATE, "flac", 16) for at in parts]


def write(path: Path, channels: int = 1) -> GrainFileHeader:
    """A file with those recordings."""
    drawn = np.random.default_rng(2)
    own = sounds(channels)
    return write_grains(
        path, model_name="mine", codec_sha256="c" * 64, sample_rate=RATE, hop_length=HOP,
        firsts=tuple(range(56)), sound_format="flac",
        levels=[drawn.integers(0, 256, (len(one) // HOP, 56), np.uint8) for one in own],
        recordings=[
            GivenRecording(name, len(one), pieces_of(one), one.ndim)
            for name, one in zip(NAMES, own, strict=True)
        ],
    )  # fmt: skip


def reseal(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a file says of itself, with a checksum that fits."""
    raw = path.read_bytes()
    end = 16 + int.from_bytes(raw[8:16], "little")
    content = json.loads(json.loads(raw[16:end])["content"])
    change(content)
    text = json.dumps(content)
    seal = hashlib.sha256(text.encode()).hexdigest()
    head = json.dumps({"content": text, "seal": seal}).encode()
    path.write_bytes(raw[:8] + len(head).to_bytes(8, "little") + head + raw[end:])
