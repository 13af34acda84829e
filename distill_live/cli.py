"""The `distill-live` command. A subcommand's module is imported when that subcommand is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from distill_live import __version__, priority
from distill_live.commands.option_errors import explain
from distill_live.commands.output import tell
from distill_live.commands.standard_streams import standard_streams
from distill_live.errors import OUT_OF_MEMORY, DistillError, is_out_of_memory
from distill_live.math_threads import spare_threads

#: Every subcommand and its one line of help. `train-prior` lives in commands/train_prior.py.
COMMANDS = {
    "serve": "Play a model continuously, controlled over OSC and MIDI.",
    "workbench": "Open the page without playing: train, generate and browse.",
    "inspect": "Show what recordings are like before you train on them.",
    "train": "Make a model from a folder of recordings.",
    "train-prior": "Retrain the prior of a model.",
    "train-vocoder": "Train a neural vocoder for a model.",
    "generate": "Generate new sound files.",
    "encode": "Turn a sound file into a grid of codes.",
    "decode": "Turn a grid of codes into a sound file.",
    "edit": "Edit a grid of codes.",
    "blend": "Blend grids of codes.",
    "morph": "Morph from one grid of codes to another.",
    "codes": "Show, compare, measure and preview grids of codes.",
    "codebook": "Write all entries of a model's codebooks as pictures and sound.",
    "render": "Render a session log to a sound file.",
    "report": "Write a report about a model and open it in the browser.",
    "models": "List, inspect, tag, rename, search, import and delete models.",
    "patch": "Check patches, or print their JSON Schema.",
    "learn": "Map a MIDI control to a parameter by moving it.",
    "clients": "List control surfaces for Max, Pd and other programs, or write one.",
    "params": "List every parameter and request with its OSC address.",
    "plugins": "List edits, inputs and outputs, or write a new plugin.",
    "devices": "List audio devices and MIDI inputs.",
    "soundcheck": "Find the best settings for playing a model on this machine.",
    "bench": "Measure how fast this machine is.",
}


#: Commands that play nothing live: they run with a lower priority than other programs, above all
#: than `serve`.
OFFLINE = {
    "inspect", "train", "train-prior", "train-vocoder", "generate", "encode", "decode", "edit",
    "blend", "morph", "codes", "codebook", "render", "report",
}  # fmt: skip


class _LazyCommand(TyperCommand):
    """Knows a subcommand's name and help; everything else comes from its module when it is used."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        context = self._load().make_context(info_name, args, parent, **extra)
        if self.name in OFFLINE:
            priority.lower()
        return context

    def _load(self) -> Any:
        name = str(self.name)
        function = name.replace("-", "_")
        module = importlib.import_module(f"distill_live.commands.{function}")
        app: typer.Typer | None = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False)
            app.command(name)(getattr(module, function))
        return typer.main.get_command(app)


class _LazyGroup(TyperGroup):
    """The subcommands of COMMANDS, in that order."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: _LazyCommand(name, help=text) for name, text in COMMANDS.items()}

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            explain(error)
            raise


def _show_version(wanted: bool) -> None:
    if wanted:
        tell(f"distill-live {__version__}")
        raise typer.Exit


app = typer.Typer(cls=_LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """A live instrument that learns from your own recordings."""


def main() -> None:
    """Run the command line. What the user or the machine got wrong is one line on standard error.

    The environment variable DISTILL_DEBUG shows where it came from.
    """
    spare_threads()
    with standard_streams() as lost:
        try:
            _run(lost)
        except (DistillError, OSError, MemoryError, RuntimeError) as error:
            ours = isinstance(error, DistillError | OSError)
            if os.environ.get("DISTILL_DEBUG") or not (ours or is_out_of_memory(error)):
                raise
            tell(f"error: {error if ours else OUT_OF_MEMORY}", err=True)
            sys.exit(1)


def _run(lost: Callable[[], OSError | None]) -> None:
    try:
        app()
    except SystemExit as end:
        if end.code:
            raise
    if (error := lost()) is not None:
        raise OSError(f"cannot write to standard output: {error.strerror or error}") from error
