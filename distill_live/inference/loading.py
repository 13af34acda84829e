"""How offline commands find and load a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from distill_live.codes.codec_names import tell_apart
from distill_live.codes.grid import CodeGrid
from distill_live.errors import ModelFileError, ModelNotFoundError
from distill_live.models.file.header import check_name, read_header
from distill_live.models.file.library import find_model, list_models

if TYPE_CHECKING:
    from distill_live.models.file.loaded import LoadedVQModel


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


def find_model_of(grid: CodeGrid) -> Path:
    """The file of a model by the name in a grid, or else of any in the library that has the same
    codec. Raises ModelNotFoundError when there is none."""
    try:
        # A name from a stranger's file must not lead out of the library.
        check_name(grid.model_name)
        named = find_model(grid.model_name)
        known = read_header(named).metadata.get("codec_sha256")
        # The header of a file of Distill v1.1 has none.
        if known in (None, grid.model_sha256):
            return named
    except (ModelNotFoundError, ModelFileError):
        pass
    for entry in list_models():
        if entry.metadata.get("codec_sha256") == grid.model_sha256:
            return entry.path
    maker, _ = tell_apart((grid.model_name, grid.model_sha256), (grid.model_name, ""))
    raise ModelNotFoundError(
        f"no model in the library has the codec of these codes, which the model {maker} made: give "
        "the path of that model's file, or encode the sound again"
    )
