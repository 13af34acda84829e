"""What the phase vocoder alone loses: recordings to mels and back, with no codec in between.

    python -m tests.benchmarks.vocode_mels FOLDER

Every recording goes through the vocoder's stream a column of mels at a time, as in playing, on one
thread. Prints the distances of each, their mean with the distance of their texture (see
distill_live/audio/distances/), and the real-time factor: computing time per time of sound. Nothing
else should run beside it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from distill_live.audio.dataset import find_recordings
from distill_live.audio.distances.reconstruction import measure_all, measure_distances
from distill_live.audio.reading.sound import read_mono
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.vocoder.vocoder import PhaseVocoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    spectrogram = AudioSpectrogram()
    rate = spectrogram.config.sample_rate
    vocoder = PhaseVocoder(spectrogram)
    found, computing, sounding = [], 0.0, 0.0
    for path in find_recordings(options.folder):
        sound = torch.from_numpy(read_mono(path))
        mel = spectrogram.waveform_to_mel(sound[None, None])[0, 0]
        began = time.perf_counter()
        stream = vocoder.stream()
        columns = mel.split(vocoder.config.block_frames, dim=1)
        again = torch.cat([*map(stream.push, columns), stream.flush()])
        computing += time.perf_counter() - began
        sounding += len(sound) / rate
        found.append((sound.numpy(), again.numpy()))
        print(f"{path.stem:28} {measure_distances(*found[-1], rate)}")
    print(f"{'all':28} {measure_all(found, rate)}")
    print(f"real-time factor, one thread: {computing / sounding:.3f}")


if __name__ == "__main__":
    main()
