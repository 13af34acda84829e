"""The kinds of prior that a model file can hold, and the settings that suit a set of recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, NamedTuple

from distill_live.models.distill_v1.chunk_prior import ChunkPrior, ChunkPriorConfig
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.prior.flat_prior import CodePrior, PriorConfig

PriorSize = Literal["small", "medium", "large"]

#: Transformer's width, layers and heads, and dropout.
_SIZES: dict[PriorSize, tuple[int, int, int, float]] = {
    "small": (128, 2, 4, 0.3),
    "medium": (256, 4, 4, 0.2),
    "large": (512, 6, 8, 0.1),
}


class _Kind(NamedTuple):
    """How to read a kind's settings from a header, and to make a network of them."""

    settings: Callable[..., Any]
    build: Callable[[Any], Prior]


_KINDS = {
    ColumnPrior.kind: _Kind(ColumnPriorConfig, ColumnPrior.from_config),
    CodePrior.kind: _Kind(PriorConfig, CodePrior.from_config),
    ChunkPrior.kind: _Kind(ChunkPriorConfig, ChunkPrior.from_config),
}


def get_adaptive_prior_config(
    size: PriorSize | int, codebook_size: int, num_quantizers: int = 3, bands: int = 8
) -> ColumnPriorConfig:
    """Settings by size, or by the number of recordings: small up to 20, medium up to 100."""
    if isinstance(size, int):
        size = "small" if size <= 20 else "medium" if size <= 100 else "large"
    hidden_size, num_layers, num_heads, dropout = _SIZES[size]
    return ColumnPriorConfig(
        codebook_size=codebook_size,
        num_quantizers=num_quantizers,
        bands=bands,
        hidden_size=hidden_size,
        num_layers=num_layers,
        num_heads=num_heads,
        dropout=dropout,
    )


def make_prior(config: PriorShape) -> Prior:
    """A new prior of the kind that the settings are of."""
    for kind in _KINDS.values():
        if type(config) is kind.settings:
            return kind.build(config)
    raise TypeError(f"{type(config).__name__} are no settings of a prior")


def describe_prior(prior: Prior) -> dict[str, Any]:
    """What a model file's header says of a prior: its kind and its settings."""
    config: Any = prior.config
    return {"kind": prior.kind, **asdict(config)}


def read_prior_config(description: dict[str, Any]) -> PriorShape:
    """The settings that a header describes; one without a kind is of a flat prior.

    Raises ValueError for an unknown kind, TypeError for settings that the kind does not have.
    """
    settings = dict(description)
    kind = settings.pop("kind", CodePrior.kind)
    if kind not in _KINDS:
        raise ValueError(f"its prior is of the unknown kind {kind!r}")
    config: PriorShape = _KINDS[kind].settings(**settings)
    return config
