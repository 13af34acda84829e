import pytest
import torch


@pytest.fixture(autouse=True)
def as_many_threads_as_the_engine_has() -> None:
    """One; two that wait for each other on a busy machine take a hundred times as long."""
    torch.set_num_threads(1)
