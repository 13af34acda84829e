import subprocess
import sys

import pytest
import torch

from distill_live.errors import DeviceError
from distill_live.models.devices import is_device_failure, pick_device

#: Counts the numbers that are not 0 after each of torch's threads has computed with tiny ones.
_COUNT = """
import torch
from distill_live.models.devices import flush_denormals
from distill_live.training.run.processes import Processes
{}
print(torch.get_num_threads(), int((torch.full((1 << 22,), 1e-39) * 1.0).count_nonzero()))
"""


@pytest.mark.parametrize(
    ("prepare", "printed"),
    [("torch.set_num_threads(2)", f"2 {1 << 22}"),
     ("torch.set_num_threads(2); flush_denormals()", "2 0"),
     ("torch.set_num_threads(2); Processes()", "2 0")],
)  # fmt: skip
def test_numbers_that_are_nearly_0_are_0_in_every_thread(prepare: str, printed: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _COUNT.format(prepare)],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert ended.stdout.strip() == printed


def test_auto_takes_cuda_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert pick_device("auto") == torch.device("cuda")


@pytest.mark.parametrize(
    ("name", "reason"), [("cuda", "no CUDA"), ("mps", "no Apple GPU"), ("gpu", "legal: auto, cpu")]
)
def test_a_device_that_is_not_there_is_refused(
    name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceError, match=reason):
        pick_device(name)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.AcceleratorError("an illegal memory access was encountered"), True),
        (torch.OutOfMemoryError("out of memory"), True),
        (RuntimeError("CUDA error: unspecified launch failure"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("Found no NVIDIA driver on your system."), True),
        (AssertionError("Torch not compiled with CUDA enabled"), True),
        (RuntimeError("the size of tensor a (3) must match the size of tensor b (4)"), False),
        (RuntimeError("stamps and ships, camps and chips"), False),
        (ValueError("cuda"), False),
    ],
)
def test_the_failure_of_a_gpu_is_told_from_that_of_the_program(
    error: Exception, expected: bool
) -> None:
    assert is_device_failure(error) is expected
