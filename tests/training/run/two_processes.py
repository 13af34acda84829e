"""Two processes on the CPU train one tiny codec; each writes what it ends with into a folder.

python -m tests.training.run.two_processes FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.models.codec.quantizer import LearningConfig
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.trainer import _CodecTrainer
from distill_live.training.run.processes import Processes, launch

CONFIG = CodecTrainingConfig(
    codec=VQVAEConfig(codebook_size=16, code_width=8, width=24, encoder_blocks=1,
                      decoder_blocks=1, fine_width=12),
    # So many codes are dead that some are replaced in every step.
    learning=LearningConfig(dead_share=0.6),
    epochs=1, steps_per_epoch=4, batch_crops=4, crop_columns=8,
)  # fmt: skip


def recordings() -> Recordings:
    random = np.random.default_rng(0)
    noises = random.standard_normal((3, 48_000)) * np.array([[0.01], [0.1], [0.3]])
    named = [Recording(f"{n}.wav", noise.astype(np.float32)) for n, noise in enumerate(noises)]
    return Recordings(named, 48_000, [])


def train(processes: Processes) -> dict[str, object]:
    torch.manual_seed(0)
    trainer = _CodecTrainer(recordings(), CONFIG, processes, None, None, None)
    replaced: list[int] = []
    for layer in trainer.model.quantizer.learner.layers:
        plain = layer._codebook.replace

        def count(samples, batch_mask, seq_mask=None, plain=plain):  # type: ignore[no-untyped-def]
            replaced.append(int(batch_mask.sum()))
            plain(samples, batch_mask, seq_mask)

        layer._codebook.replace = count
    start = {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}
    whole = trainer.crops.draw(trainer.batch_crops)
    trainer.run(None, None)
    return {
        "start": start,
        "end": trainer.model.state_dict(),
        "whole": whole,
        "crops": processes.own(whole),
        "replaced": sum(replaced),
        "history": [epoch.loss for epoch in trainer.history],
        "steps": trainer.config.steps_per_epoch,
    }


def gradient(processes: Processes) -> torch.Tensor:
    """Of a batch of three crops, of which one process has two."""
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.randn(4))
    whole = torch.randn(3, 4)
    crops = processes.own(whole)
    (crops @ weight).square().mean().backward()
    processes.average_gradients([weight], len(crops) / len(whole))
    assert weight.grad is not None
    return weight.grad


def main() -> None:
    with launch("cpu", devices=2) as processes:
        weight = torch.nn.Parameter(torch.zeros(2, 3))
        unused = torch.nn.Parameter(torch.zeros(4))
        weight.grad = torch.full((2, 3), 1.0 + processes.number)
        if not processes.is_first:
            unused.grad = torch.ones(4)
        processes.average_gradients([weight, unused], 0.5)
        told = {
            "gradients": [weight.grad, unused.grad],
            "mean": processes.mean(float(processes.number)),
            "first": processes.from_first(f"of {processes.number}"),
            "gathered": processes.gather(processes.number),
            "uneven": gradient(processes),
            **train(processes),
        }
        torch.save(told, Path(sys.argv[1]) / f"{processes.number}.pt")


if __name__ == "__main__":
    main()
