"""How offline commands load a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill_live.models.file.library import find_model

if TYPE_CHECKING:
    from distill_live.models.file.persistence import LoadedVQModel


def load_model(name: str, device: str) -> LoadedVQModel:
    """The model called `name`, on one thread as in the live engine.

    With more threads sums have another order and therefore other bytes, and offline sound must be
    the same as live. Raises ModelNotFoundError, ModelFileError and DeviceError.
    """
    import torch

    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2

    torch.set_num_threads(1)
    return load_model_v2(find_model(name), pick_device(device))
