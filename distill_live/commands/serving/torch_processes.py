"""The processes of `serve` that compute with torch."""

from distill_live.live.ipc.process_source import ProcessSource, warm_processes

#: What they use, by name: this process does not import torch.
MODULES = (
    "distill_live.cli",
    "distill_live.live.engine.engine",
    "distill_live.models.file.persistence",
    "distill_live.inference.codes",
    "distill_live.inference.model_edits",
    "distill_live.workbench.bench",
)


def torch_processes() -> ProcessSource:
    """The source of these processes. On Linux, it starts to import torch now."""
    return warm_processes(MODULES)
