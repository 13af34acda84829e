"""The listener's process. This module does not import torch, so that control can refer to it."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from distill_live.live.ipc.listening_memory import ListeningMemory
from distill_live.live.ipc.messages import Request
from distill_live.live.ipc.worker_process import run_worker
from distill_live.live.listening.input_reader import InputReader
from distill_live.priority import lower

if TYPE_CHECKING:
    from distill_live.live.listening.column_encoder import ColumnEncoder
    from distill_live.models.file.loaded import LoadedVQModel

#: Seconds between two looks at what has come in.
_IDLE_SECONDS = 0.004


@dataclass(frozen=True)
class ListenerJob:
    """What a listener works on: the model whose codec it uses, and the memory that it shares. It
    reads the memory's tap and writes its columns."""

    model: Path
    memory: ListeningMemory


def run_listener(channel: Connection, job: ListenerJob) -> None:
    """The listener's process: while `on` of the status is 1, encode what comes in, until the
    channel closes. A `Request("model", (path,))` lets it use another model.

    It runs behind the engine, and on the CPU: what plays comes first.
    """
    run_worker(channel, lambda: _listen(channel, job))


def _listen(channel: Connection, job: ListenerJob) -> None:
    import torch

    from distill_live.models.file.persistence import load_model_v2

    lower()
    torch.set_num_threads(1)
    listener = _Listener(job.memory, load_model_v2(job.model))
    while True:
        if channel.poll(_IDLE_SECONDS):
            request: Request = channel.recv()
            (model,) = request.arguments
            job.memory.columns.forget()
            listener = _Listener(job.memory, load_model_v2(model))
        job.memory.status.beat("listener_beat")
        listener.turn()


class _Listener:
    """Encodes what comes in with one model."""

    def __init__(self, memory: ListeningMemory, loaded: LoadedVQModel) -> None:
        self._memory, self._loaded = memory, loaded
        self._encoder: ColumnEncoder | None = None

    def turn(self) -> None:
        """Encode what has come in since the last turn, if anybody wants to hear it."""
        if not self._memory.status["on"]:
            if self._encoder is not None:
                self._encoder = None
                self._memory.columns.forget()
        elif self._encoder is None:
            self._begin()
        else:
            self._encode(self._encoder)

    def _begin(self) -> None:
        from distill_live.live.listening.column_encoder import ColumnEncoder

        # First: whoever sees that the columns have begun may count on being heard.
        self._encoder, self._reader = ColumnEncoder(self._loaded), InputReader(self._memory.tap)
        config = self._loaded.model.config
        self._memory.columns.begin(
            self._loaded.metadata["codec_sha256"],
            (config.bands, config.num_quantizers),
            self._loaded.column_samples,
        )

    def _encode(self, encoder: ColumnEncoder) -> None:
        encoded = encoder.push(self._reader.read())
        if encoded is not None:
            self._memory.columns.write(*encoded)
