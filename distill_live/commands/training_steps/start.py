"""The model that a new codec's training starts from: `--from`."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.commands.training_steps.choices import Choices
from distill_live.errors import ModelFileError, ModelNotFoundError, TrainingError
from distill_live.models.file.library import BASE, find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.training.codec.config import CodecTrainingConfig, get_started_codec_config
from distill_live.training.codec.start import differences

#: What `--from` is called to start with random weights.
NONE = "none"


def started(
    choices: Choices, config: CodecTrainingConfig, say: Callable[[str], object]
) -> tuple[LoadedVQModel | None, CodecTrainingConfig]:
    """The model that a new codec starts from, and the settings that go with it; without one, None
    and the settings as they are. `say` is told which.

    If the user has chosen none, it is the base, as long as that is there and fits the codec. Raises
    ModelNotFoundError, ModelFileError, and TrainingError if a chosen model does not fit.
    """
    if choices.start == NONE:
        return None, config
    try:
        loaded = _fitting(choices.start or BASE, config)
    except (ModelNotFoundError, ModelFileError, TrainingError) as error:
        if choices.start is not None:
            raise
        say(f"the codec starts from nothing: {error}")
        return None, config
    say(f"the codec starts from {loaded.metadata['name']}")
    return loaded, get_started_codec_config(config)


def _fitting(name: str, config: CodecTrainingConfig) -> LoadedVQModel:
    """The model called `name`; raises TrainingError if a codec cannot start from it."""
    loaded = load_model_v2(find_model(name))
    differ = differences(loaded.require_trainable().config, config.codec)
    if differ:
        raise TrainingError(
            f"a codec of this shape cannot start from {loaded.metadata['name']}: its {differ[0]}; "
            f"train one of the same shape, or add --from {NONE}"
        )
    return loaded
