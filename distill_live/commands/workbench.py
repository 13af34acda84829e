"""`distill-live workbench`: the page without a live engine, to train, generate and browse."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.options import UploadLimitOption, WorkOption
from distill_live.commands.output import tell, warn
from distill_live.commands.serving.stop_signal import StopSignal
from distill_live.errors import ParameterError

if TYPE_CHECKING:
    from distill_live.commands.serving.page.work import JobDocuments
    from distill_live.commands.serving.site import Site
    from distill_live.control.feedback.feedback import Feedback

#: How often what has changed is told to open pages, in seconds.
_TICK_SECONDS = 0.05


def workbench(
    web: Annotated[
        str | None,
        typer.Option(help="HOST:PORT of the page (default: 127.0.0.1:9000, or any free port)."),
    ] = None,
    osc_allow: Annotated[
        list[str] | None,
        typer.Option(
            "--osc-allow",
            metavar="CIDR",
            help="Network allowed to use the page, in addition to this machine, such as "
            "192.168.1.0/24; needs --web HOST:PORT. Can be repeated.",
        ),
    ] = None,
    recordings: Annotated[
        Path, typer.Option(help="Folder that holds what `serve` has recorded.")
    ] = Path("recordings"),
    work: WorkOption = Path("work"),
    upload_limit: UploadLimitOption = 500,
) -> None:
    """Open the page without playing: train models, generate sounds, browse your models and files.

    Nothing is played and no sound device is opened. Ctrl-C ends it; trainings that are running go
    on, and the next `workbench` or `serve` with the same --work finds them.
    """
    from distill_live.codes.edit import load_edits
    from distill_live.codes.edit_lists.resample_edit import with_resample
    from distill_live.codes.edit_parameters import parameter_table
    from distill_live.commands.serving.page.work import JobDocuments, open_api
    from distill_live.commands.serving.site import OFF, Site
    from distill_live.control.feedback.feedback import Feedback
    from distill_live.control.namespace.targets import DEFAULT_LABELS
    from distill_live.control.routing.router import Router
    from distill_live.parameters import ParameterStore

    if web == OFF:
        raise typer.BadParameter("there is nothing else to do", param_hint="--web")
    edits = load_edits(warn)
    store = ParameterStore(parameter_table(edits))
    feedback = Feedback(store, lambda: DEFAULT_LABELS)
    router = Router(store, _refuse, None, warn)
    site = Site(web, osc_allow or (), lambda: DEFAULT_LABELS, router, feedback, store, warn)
    site.edits, site.plays_live = tuple(with_resample({e.name: e for e in edits}).values()), False
    site.api = open_api(work, upload_limit, recordings, lambda: None)
    _serve(site, feedback, JobDocuments(site.documents, site.api))


def _refuse(name: str, arguments: tuple[object, ...]) -> None:
    raise ParameterError(f"{name}: nothing is playing here; start `distill-live serve`")


def _serve(site: Site, feedback: Feedback, jobs: JobDocuments) -> None:
    """Answer until a signal tells it to stop."""
    stop = StopSignal()
    site.start(None)
    try:
        tell(site.link)
        while not stop.given:
            now = time.monotonic()
            feedback.tick(now)
            jobs.tick(now)
            time.sleep(_TICK_SECONDS)
    finally:
        site.stop()
    tell("stopped")
