"""Sound files that people have but no program writes on purpose."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from distill_live.audio.reading.mpeg import read_frame_header

Samples = np.ndarray


def noise(seconds: float, rate: int = 44_100, seed: int = 0) -> Samples:
    """Stereo noise `[N, 2]` that changes its loudness, so that a variable bit rate varies."""
    count = round(seconds * rate)
    swell = 0.02 + 0.2 * np.linspace(0, 1, count)[:, None] ** 2
    sound = np.random.default_rng(seed).standard_normal((count, 2)) * swell
    return sound.clip(-1, 1).astype(np.float32)


def encoded(samples: Samples, format: str, rate: int = 44_100, subtype: str | None = None) -> bytes:
    """A sound file of libsndfile's, as bytes."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=format, subtype=subtype)
    return file.getvalue()


def without_xing(mp3: bytes) -> bytes:
    """An MP3 of libsndfile's without its first frame, which counts the others."""
    header = read_frame_header(mp3[:4])
    assert header is not None
    assert b"Xing" in mp3[: header.length] or b"Info" in mp3[: header.length]
    return mp3[header.length :]


def without_size(wav: bytes) -> bytes:
    """A WAV whose header says that it has no samples, as left by a recorder that lost power."""
    data = wav.index(b"data")
    return wav[:4] + bytes(4) + wav[8 : data + 4] + bytes(4) + wav[data + 8 :]
