"""The page says which recording has most of the section to which the stream keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from distill_live.models.file.persistence import load_model_v2, save_changed_model
from tests.commands.server_process import ServerProcess
from tests.models.prior.manners import low_and_high
from tests.web.page.conftest import OpenPage
from tests.web.page.live_tab import settle, web_address
from tests.web.page.opened import KeptPage


@pytest.fixture(scope="module")
def learned_path(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the codes of two recordings, see `low_and_high`."""
    loaded = load_model_v2(calm_model_path)
    path = tmp_path_factory.mktemp("learned") / "learned.distill"
    save_changed_model(path, replace(loaded, training_codes=low_and_high(8, 3, 16)))
    return path


def test_another_section_has_another_name_and_none_has_none(
    kept_page: KeptPage, open_page: OpenPage, learned_path: Path
) -> None:
    kept_page.close()
    serve = (str(learned_path), "--output", "clock", "--web", "127.0.0.1:0")
    with ServerProcess(*serve) as server:
        page = open_page(web_address(server))
        settle(page)
        steering = page.get_by_role("region", name="Steering")
        said = set()
        for place in (0.0, 1.0):
            server.osc.send("/distill/steer/section", place)
            name = steering.get_by_text("mostly ")
            expect(name).to_be_visible()
            if said:
                expect(name).not_to_have_text(*said)
            said.add(name.inner_text())
        assert said == {"mostly low.wav", "mostly high.wav"}
        server.osc.send("/distill/steer/section")
        expect(steering.get_by_text("mostly ")).to_have_count(0)
        server.end()
