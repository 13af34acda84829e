"""Recordings to codes, however long they are."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.models import encoding
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.encoding import encode_pieces, margin_columns
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.data.coding import code_mel


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, samples).astype(np.float32)


def encode(loaded: LoadedVQModel, *blocks: np.ndarray) -> np.ndarray:
    pieces = encode_pieces(loaded.model, loaded.spectrogram, blocks, loaded.column_samples)
    return np.concatenate([piece.numpy() for piece in pieces])


@pytest.mark.parametrize("model", ["tiny_model", "tiny_two_levels", "old_model"])
@pytest.mark.parametrize("columns", [0.5, 1, 6, 8, 14, 16, 17, 20, 24, 25, 60.5])
def test_codes_do_not_show_in_what_pieces_and_blocks_they_were_made(
    model: str, columns: float, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: LoadedVQModel = request.getfixturevalue(model)
    sound = noise(round(columns * loaded.column_samples))
    waveform = torch.from_numpy(sound)
    with torch.inference_mode():
        whole = loaded.model.encode_columns(loaded.spectrogram, waveform, loaded.column_samples)
    monkeypatch.setattr(encoding, "PIECE_COLUMNS", 4)
    blocks = np.array_split(sound, 7)
    for found in (
        encode(loaded, sound),
        encode(loaded, *blocks),
        encode(loaded, *blocks, sound[:0]),
    ):
        assert np.array_equal(found, whole.numpy())


def test_pieces_overlap_by_all_that_an_encoder_looks_at(
    tiny_model: LoadedVQModel, old_model: LoadedVQModel
) -> None:
    deep = ConvVQVAE(replace(tiny_model.model.config, encoder_blocks=20))
    assert margin_columns(deep, tiny_model.spectrogram, tiny_model.column_samples) >= 21
    # The chunks of a model of Distill v1.1 overlap by less than one.
    assert margin_columns(old_model.model, old_model.spectrogram, old_model.column_samples) == 1


def test_minutes_are_coded_as_training_codes_their_mels(tiny_model: LoadedVQModel) -> None:
    sound = noise(110 * 48_000)
    mel = tiny_model.spectrogram.waveform_to_mel(torch.from_numpy(sound)[None, None], 8)[0, 0]
    assert np.array_equal(encode(tiny_model, sound), code_mel(tiny_model.model, mel))


#: Encodes 2 minutes, then 6, and prints by how many MB the second took more memory than the first.
_GROWTH = """
import resource, sys
import numpy as np, torch
from distill_live.models.devices import pick_device
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.encoding import encode_pieces

def most():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most >> (20 if sys.platform == "darwin" else 10)

def encode(minutes):
    random = np.random.default_rng(0)
    blocks = (random.standard_normal(48_000).astype(np.float32) for _ in range(60 * minutes))
    model = loaded.model, loaded.spectrogram
    return sum(len(piece) for piece in encode_pieces(*model, blocks, loaded.column_samples))

torch.set_num_threads(1)
loaded = load_model_v2(sys.argv[1], pick_device("cpu"))
assert "torch._dynamo" not in sys.modules, "to import torch's compiler takes more than a second"
assert encode(2) == 1407
after_two = most()
assert encode(6) == 4219
print(most() - after_two)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell it this way")
def test_memory_does_not_grow_with_the_length(tiny_model_path: Path) -> None:
    """The sound alone, at once, would be 46 MB more, and one convolution over it 20,000."""
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH, str(tiny_model_path)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 40


def test_pieces_are_coded_on_one_thread_and_the_number_of_threads_stays(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    encode_columns = ConvVQVAE.encode_columns

    def note_threads(*arguments: Any) -> torch.Tensor:
        used.append(torch.get_num_threads())
        return encode_columns(*arguments)

    monkeypatch.setattr(ConvVQVAE, "encode_columns", note_threads)
    monkeypatch.setattr(encoding, "PIECE_COLUMNS", 4)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        encode(tiny_model, noise(12 * tiny_model.column_samples))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert len(used) > 1 and set(used) == {1}


def test_stereo_is_coded_in_pieces_and_mono_as_stereo_with_a_silent_side(
    tiny_stereo: LoadedVQModel, tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.stack([noise(9 * 4_096 + 100), noise(9 * 4_096 + 100)[::-1]], axis=1)
    waveform = torch.from_numpy(sound)
    spectrogram = tiny_stereo.spectrogram
    with torch.inference_mode():
        whole = tiny_stereo.model.encode_columns(spectrogram, waveform, 4_096).numpy()
    monkeypatch.setattr(encoding, "PIECE_COLUMNS", 4)
    assert np.array_equal(encode(tiny_stereo, *np.array_split(sound, 7)), whole)
    # The side is seen.
    middle = sound[:, 0]
    mono = encode(tiny_stereo, middle[:20_000], middle[20_000:])
    assert not np.array_equal(mono, whole)
    silent = np.stack([middle, np.zeros_like(middle)], axis=1)
    assert np.array_equal(encode(tiny_stereo, silent), mono)
    # A mono model takes the middle.
    assert np.array_equal(encode(tiny_model, sound), encode(tiny_model, middle))
