"""`distill-live` with a page whose jobs train networks that take no time; as a program."""

from __future__ import annotations

from functools import partial

from distill_live import cli
from distill_live.commands.serving.page import work
from distill_live.web.work.workplace import Workplace
from tests.warm import WARM_TINY

if __name__ == "__main__":
    setattr(work, "Workplace", partial(Workplace, program=WARM_TINY))  # noqa: B010
    cli.main()
