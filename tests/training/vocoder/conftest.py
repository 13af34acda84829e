"""What tests of training a vocoder share."""

import pytest

from distill_live.training.vocoder.pairs import SoundPairs
from tests.training.vocoder.tones import tone_pairs


@pytest.fixture(scope="package")
def pairs() -> SoundPairs:
    """Real mels in the place of decoded ones."""
    return tone_pairs()
