"""How large the numbers in a model file's header may be."""

from __future__ import annotations

from typing import Any

from distill_live.models.prior.base import MOST_CONTEXT_COLUMNS

# Part of the header -> number in it -> its legal range, far beyond every model of ours; a number is
# whole where its limits are. Checked before anything is built: what these size is not compared with
# the weights, or too late, and what computes with the others asks nothing: a text or a zero would
# be found while the model plays. A codebook is no larger than int16 holds: codes are kept as such.
_LIMITS: dict[str, dict[str, tuple[float, float]]] = {
    "spectrogram": {
        "sample_rate": (8_000, 384_000), "n_fft": (16, 16_384), "hop_length": (1, 16_384),
        "n_mels": (1, 1_024), "f_min": (0.0, 192_000.0), "f_max": (1.0, 192_000.0),
        "floor": (1e-20, 1.0), "mean": (-100.0, 100.0), "deviation": (1e-3, 1e3),
        "image_groups": (0, 1_024),
    },
    "codec": {
        "codebook_size": (1, 32_768), "num_quantizers": (1, 64), "column_frames": (1, 256),
        "bands": (1, 1_024), "n_mels": (1, 1_024), "lookahead_columns": (0, 1),
        "encoder_blocks": (0, 256), "decoder_blocks": (0, 256), "fine_blocks": (0, 256),
        "chunk_samples": (1, 1_048_576), "image_groups": (0, 1_024),
    },
    "prior": {
        "codebook_size": (1, 32_768), "seq_len": (1, 65_536), "num_quantizers": (1, 64),
        "num_layers": (0, 256), "num_heads": (1, 1_024), "bands": (1, 1_024),
        "hidden_size": (1, 16_384), "depth_size": (1, 16_384), "depth_layers": (0, 256),
        "context_columns": (2, MOST_CONTEXT_COLUMNS), "rank_points": (2, 4_096),
    },
    "vocoder": {
        "block_frames": (1, 256), "lookahead_frames": (0, 256), "held_frames": (0, 256),
        "iterations": (0, 1_024), "corrections": (0, 1_024), "inversion_steps": (0, 1_024),
        "overlap_samples": (0, 1_048_576),
        "blocks": (0, 256), "momentum": (0.0, 10.0), "correction_power": (0.0, 10.0),
    },
}  # fmt: skip


def check_limits(metadata: dict[str, Any]) -> None:
    """Raise ValueError for a number in the header that is out of its range."""
    for part, limits in _LIMITS.items():
        settings = metadata.get(part) or {}
        if not isinstance(settings, dict):
            raise ValueError(f"its {part} is not a table of settings")
        for name, (low, high) in limits.items():
            value = settings.get(name, low)
            if not _is_number(value, whole=isinstance(low, int)) or not low <= value <= high:
                span = f"{low:.10g}..{high:.10g}"
                raise ValueError(f"{name} in its {part} must be {span}, not {value!r:.40}")


def _is_number(value: Any, whole: bool) -> bool:
    """Whether it is one, a `whole` one; true and false are no numbers."""
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)
