"""What the header of a model file says, as the API tells it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from distill_live.codes.codebook_health import Verdict, overall, read_health
from distill_live.errors import DistillError
from distill_live.models.file.library import (
    CHECKPOINT_SUFFIXES,
    ModelEntry,
    checkpoint_path,
    find_own_model,
)

# What a header that a stranger wrote may do to those who read it.
_NONSENSE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


def summarise(entry: ModelEntry) -> dict[str, Any]:
    """A model in a list of all models; of a damaged one only name, file and error."""
    found: dict[str, Any] = {
        "name": entry.name,
        "file": str(entry.path),
        "bytes": entry.path.stat().st_size,
        "own": _is_own(entry),
        "error": entry.error or None,
        "resumable": [
            command
            for command in CHECKPOINT_SUFFIXES
            if checkpoint_path(entry.path, command).exists()
        ],
    }
    if entry.error:
        return found
    try:
        sound = {"stereo": entry.is_stereo, "grains": _grains(entry)}
        return found | _described(entry.metadata) | sound
    except _NONSENSE as error:
        return found | {"error": f"its header is invalid: {error}"}


def detail(entry: ModelEntry) -> dict[str, Any]:
    """Everything about a model, but for its weights and the counts of its codes."""
    metadata = entry.metadata
    header = {key: value for key, value in metadata.items() if key != "code_counts"}
    return summarise(entry) | {
        "header": header,
        "recordings": metadata.get("dataset_files") or [],
        "levelHealth": level_health(metadata),
        "curves": metadata.get("loss_curves") or {},
        "previews": metadata.get("previews") or [],
    }


def level_health(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """How each level's codebook is used, coarse to fine; empty if the header does not say."""
    try:
        size, levels = metadata["codec"]["codebook_size"], read_health(metadata["codebook_health"])
        labels = metadata["level_labels"]
        return [
            {
                "label": label,
                "utilisation": level.utilisation,
                "perplexity": level.perplexity,
                "deadCodes": level.dead_codes,
                "verdict": verdict.name.lower(),
                "words": verdict.words,
                "advice": verdict.advice,
            }
            for label, level in zip(labels, levels, strict=False)
            for verdict in (level.verdict(size),)
        ]
    except _NONSENSE:
        return []


def _described(metadata: dict[str, Any]) -> dict[str, Any]:
    codec, training = metadata["codec"], metadata.get("training") or {}
    levels = level_health(metadata)
    worst = overall([Verdict[level["verdict"].upper()] for level in levels])
    return {
        "old": "weights_sha256" not in metadata,
        "tags": metadata["tags"],
        "created": metadata["created"],
        "prior": bool(metadata.get("prior")),
        "vocoder": (metadata.get("vocoder") or {}).get("kind"),
        "clarity": bool(metadata.get("clarity")),
        "levels": metadata["level_labels"],
        "codebookSize": codec.get("codebook_size"),
        "files": training.get("files"),
        "seconds": training.get("sound_seconds"),
        "health": worst.name.lower() if levels else None,
        "healthWords": worst.words if levels else None,
    }


def _grains(entry: ModelEntry) -> dict[str, Any] | None:
    """The grains beside a model's file: the length and format of their sound, and their size."""
    grains = entry.grains
    return None if grains is None else asdict(grains)


def _is_own(entry: ModelEntry) -> bool:
    """Whether the user may change it."""
    try:
        find_own_model(entry.path)
    except DistillError:
        return False
    return True
