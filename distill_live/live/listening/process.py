"""The listener's process. This module does not import torch, so that control can refer to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from distill_live.live.ipc.heard_columns import HeardColumns, codec_number
from distill_live.live.ipc.messages import Request
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.live.ipc.worker_process import run_worker
from distill_live.live.listening.input_reader import InputReader
from distill_live.priority import lower

if TYPE_CHECKING:
    from distill_live.live.listening.column_encoder import ColumnEncoder
    from distill_live.models.file.persistence import LoadedVQModel

#: Seconds between two looks at what has come in.
_IDLE_SECONDS = 0.004


@dataclass(frozen=True)
class ListenerJob:
    """What a listener works on: the model whose codec it uses, and the memory that it shares. It
    reads `tap` and writes `columns`."""

    model: Path
    tap: TapRing
    columns: HeardColumns
    status: ListeningStatus


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
    listener = _Listener(job, load_model_v2(job.model))
    while True:
        if channel.poll(_IDLE_SECONDS):
            request: Request = channel.recv()
            (model,) = request.arguments
            job.columns.forget()
            listener = _Listener(job, load_model_v2(model))
        job.status.beat("listener_beat")
        listener.turn()


class _Listener:
    """Encodes what comes in with one model."""

    def __init__(self, job: ListenerJob, loaded: LoadedVQModel) -> None:
        self._job, self._loaded = job, loaded
        self._encoder: ColumnEncoder | None = None

    def turn(self) -> None:
        """Encode what has come in since the last turn, if anybody wants to hear it."""
        if not self._job.status["on"]:
            if self._encoder is not None:
                self._encoder = None
                self._job.columns.forget()
        elif self._encoder is None:
            self._begin()
        else:
            self._encode(self._encoder)

    def _begin(self) -> None:
        from distill_live.live.listening.column_encoder import ColumnEncoder

        # First: whoever sees that the columns have begun may count on being heard.
        self._encoder, self._reader = ColumnEncoder(self._loaded), InputReader(self._job.tap)
        config = self._loaded.model.config
        self._job.columns.begin(
            codec_number(self._loaded.metadata["codec_sha256"]),
            (config.bands, config.num_quantizers),
            self._loaded.column_samples,
        )

    def _encode(self, encoder: ColumnEncoder) -> None:
        began = time.monotonic()
        encoded = encoder.push(self._reader.read())
        if encoded is not None:
            self._job.columns.write(*encoded)
            self._job.status["cost"] = time.monotonic() - began
