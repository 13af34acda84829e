"""How large the numbers in a model file's header may be."""

from __future__ import annotations

from typing import Any

# Part of the header -> whole number in it -> its legal range, far beyond every model of ours.
# Checked before anything is built: what these size is not compared with the weights, or too late.
_LIMITS: dict[str, dict[str, tuple[int, int]]] = {
    "spectrogram": {
        "sample_rate": (8_000, 384_000), "n_fft": (16, 16_384), "hop_length": (1, 16_384),
        "n_mels": (1, 1_024),
    },
    "codec": {
        "codebook_size": (1, 65_536), "num_quantizers": (1, 64), "column_frames": (1, 256),
        "bands": (1, 1_024), "n_mels": (1, 1_024), "lookahead_columns": (0, 1),
        "encoder_blocks": (0, 256), "decoder_blocks": (0, 256), "fine_blocks": (0, 256),
        "chunk_samples": (1, 1_048_576),
    },
    "prior": {
        "codebook_size": (1, 65_536), "seq_len": (1, 65_536), "num_quantizers": (1, 64),
        "num_layers": (0, 256), "num_heads": (1, 1_024), "bands": (1, 1_024),
        "hidden_size": (1, 16_384), "context_columns": (2, 65_536), "depth_size": (1, 16_384),
        "depth_layers": (0, 256), "rank_points": (2, 4_096),
    },
    "vocoder": {
        "block_frames": (1, 256), "lookahead_frames": (0, 256), "held_frames": (0, 256),
        "iterations": (0, 1_024), "corrections": (0, 1_024), "inversion_steps": (0, 1_024),
        "overlap_samples": (0, 1_048_576),
        "blocks": (0, 256),
    },
}  # fmt: skip

# The same of numbers that need not be whole. What computes with them asks nothing: a text or a zero
# would be found while the model plays.
_REAL_LIMITS: dict[str, dict[str, tuple[float, float]]] = {
    "spectrogram": {
        "f_min": (0.0, 192_000.0), "f_max": (1.0, 192_000.0), "floor": (1e-20, 1.0),
        "mean": (-100.0, 100.0), "deviation": (1e-3, 1e3),
    },
    "vocoder": {"momentum": (0.0, 10.0), "correction_power": (0.0, 10.0)},
}  # fmt: skip


def check_limits(metadata: dict[str, Any]) -> None:
    """Raise ValueError for a number in the header that is out of its range."""
    for part in _LIMITS:
        settings = metadata.get(part) or {}
        if not isinstance(settings, dict):
            raise ValueError(f"its {part} is no table of settings")
        for name, (low, high) in _LIMITS[part].items():
            value = settings.get(name, low)
            if not _is_number(value, int) or not low <= value <= high:
                raise ValueError(f"{name} of its {part} is {low}..{high}, not {value!r:.40}")
        for name, (lowest, highest) in _REAL_LIMITS.get(part, {}).items():
            value = settings.get(name, lowest)
            if not _is_number(value, int, float) or not lowest <= value <= highest:
                raise ValueError(
                    f"{name} of its {part} is {lowest:g}..{highest:g}, not {value!r:.40}"
                )


def _is_number(value: Any, *kinds: type) -> bool:
    """Whether it is of one of the kinds; true and false are no numbers."""
    return isinstance(value, kinds) and not isinstance(value, bool)
