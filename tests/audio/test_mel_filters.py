"""The filters are computed here, and compared with those of torchaudio and librosa."""

import pytest
import torch
import torchaudio

from distill_live.audio.mel_filters import Scale, mel_triangles

#: What librosa 0.11.0 answers, by mel(sr=16000, n_fft=32, n_mels=5, fmin=200, norm=None, htk=...):
#: for each filter the first bin that it sees, and its weights from there on.
LIBROSA: dict[Scale, list[tuple[int, list[float]]]] = {
    "slaney": [
        (1, [0.639119, 0.317621]),
        (2, [0.682379, 0.518276]),
        (3, [0.481724, 0.890538, 0.46168, 0.032822]),
        (4, [0.109462, 0.53832, 0.967178, 0.755937, 0.491646, 0.227356]),
        (7, [0.244063, 0.508354, 0.772644, 0.977239, 0.814365, 0.651492, 0.488619, 0.325746,
             0.162873]),
    ],
    "htk": [
        (1, [0.72538, 0.35983]),
        (2, [0.64017, 0.679008, 0.111478]),
        (3, [0.320992, 0.888522, 0.687535, 0.298691]),
        (5, [0.312465, 0.701309, 0.938231, 0.671813, 0.405395, 0.138977]),
        (7, [0.061769, 0.328187, 0.594605, 0.861023, 0.912684, 0.730147, 0.54761, 0.365074,
             0.182537]),
    ],
}  # fmt: skip
SCALES: list[Scale] = ["slaney", "htk"]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("sample_rate", "n_fft", "n_mels", "f_min"),
    [(48_000, 2048, 128, 0.0), (44_100, 1024, 80, 30.0), (96_000, 4096, 229, 0.0)],
)  # fmt: skip
def test_they_are_torchaudios_to_the_last_bit(
    scale: Scale, sample_rate: int, n_fft: int, n_mels: int, f_min: float
) -> None:
    bins, f_max = n_fft // 2 + 1, sample_rate / 2
    ours = mel_triangles(
        bins=bins, f_min=f_min, f_max=f_max, n_mels=n_mels, sample_rate=sample_rate, scale=scale
    )
    theirs = torchaudio.functional.melscale_fbanks(
        bins, f_min, f_max, n_mels, sample_rate, norm=None, mel_scale=scale
    )
    assert torch.equal(ours, theirs.T)


@pytest.mark.parametrize("scale", SCALES)
def test_they_are_librosas(scale: Scale) -> None:
    ours = mel_triangles(
        bins=17, f_min=200.0, f_max=8000.0, n_mels=5, sample_rate=16_000, scale=scale
    )
    expected = torch.zeros(5, 17)
    for row, (first, weights) in zip(expected, LIBROSA[scale], strict=True):
        row[first : first + len(weights)] = torch.tensor(weights)
    torch.testing.assert_close(ours, expected, atol=2e-6, rtol=0)


def test_one_that_falls_between_bins_is_zero() -> None:
    narrow = mel_triangles(
        bins=129, f_min=0.0, f_max=4000.0, n_mels=128, sample_rate=8000, scale="htk"
    )
    assert narrow.isfinite().all()
    assert not narrow[0].any() and narrow[64].any()
