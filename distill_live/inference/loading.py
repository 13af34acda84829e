"""How offline commands load a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill_live.models.file.library import find_model

if TYPE_CHECKING:
    from distill_live.models.file.persistence import LoadedVQModel


def load_model(name: str, device: str) -> LoadedVQModel:
    """The model that goes by `name`, on one thread as in the live engine.

    Sums in another order end in other bytes, and offline sound is to be the one heard live.
    Raises ModelNotFoundError, ModelFileError and DeviceError.
    """
    import torch

    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2

    torch.set_num_threads(1)
    return load_model_v2(find_model(name), pick_device(device))
