"""The library over HTTP."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.kept_recordings import Preview
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import save_model_v2
from distill_live.web.work.workplace import Workplace
from tests.conftest import Folders, save_empty_model
from tests.web.api.conftest import Office, open_office

HEALTH = [{"utilisation": 0.9, "perplexity": 10.0, "dead_codes": 1},
          {"utilisation": 0.05, "perplexity": 1.1, "dead_codes": 15}]  # fmt: skip


@pytest.fixture
def library(office: Office, folders: Folders) -> Office:
    save_empty_model(
        folders.user, "drums", tags=["dry"], created="2026-11-01T10:00:00+00:00",
        codec={"codebook_size": 16, "num_quantizers": 2}, level_labels=["Structure", "Detail"],
        codebook_health=HEALTH, code_counts=[[1] * 16, [2] * 16],
        training={"files": 3, "sound_seconds": 61.5},
    )  # fmt: skip
    return office


def test_a_model_is_listed_with_what_its_header_says(library: Office, folders: Folders) -> None:
    [model] = library.get("/models").json()["models"]
    assert model["name"] == "drums"
    assert model["bytes"] == (folders.user / "drums.distill").stat().st_size
    assert (model["tags"], model["files"], model["seconds"]) == (["dry"], 3, 61.5)
    assert (model["prior"], model["own"], model["old"]) == (False, True, False)
    assert (model["health"], model["healthWords"]) == ("red", "Codebook collapse detected")
    assert (model["clarity"], model["stereo"]) == (False, False)
    rewrite_metadata(folders.user / "drums.distill", clarity=[1.5] * 128)
    assert library.get("/models").json()["models"][0]["clarity"] is True
    rewrite_metadata(folders.user / "drums.distill", spectrogram={"image_groups": 16})
    assert library.get("/models").json()["models"][0]["stereo"] is True
    assert model["grains"] is None
    told = library.get("/models/drums").json()
    assert [one["verdict"] for one in told["levelHealth"]] == ["green", "red"]
    assert told["header"]["name"] == "drums"
    assert "code_counts" not in told["header"]


def test_the_grains_beside_a_model_are_told_if_they_fit_it(
    office: Office, tiny_grainy_path: Path, folders: Folders
) -> None:
    model, grains = folders.user / "mine.distill", folders.user / "mine.grains"
    folders.user.mkdir(parents=True, exist_ok=True)
    shutil.copy(tiny_grainy_path, model)
    shutil.copy(tiny_grainy_path.with_suffix(".grains"), grains)
    told = {"seconds": 2.6, "bytes": grains.stat().st_size, "format": "flac"}
    assert office.get("/models/mine").json()["grains"] == told
    rewrite_metadata(model, codec_sha256="0" * 64)
    assert office.get("/models/mine").json()["grains"] is None
    grains.write_bytes(b"nonsense")
    assert office.get("/models").json()["models"][0]["grains"] is None


def test_the_use_of_each_code_is_told(library: Office) -> None:
    told = library.get("/models/drums/codebook").json()
    assert (told["labels"], told["codebookSize"]) == (["Structure", "Detail"], 16)
    assert told["counts"] == [[1] * 16, [2] * 16]


def test_a_damaged_model_is_listed_as_such(library: Office, folders: Folders) -> None:
    (folders.user / "broken.distill").write_bytes(b"nonsense" * 10)
    models = {one["name"]: one for one in library.get("/models").json()["models"]}
    assert "damaged" in models["broken"]["error"]
    assert models["drums"]["error"] is None


@pytest.mark.parametrize(
    "path", ["/models/nothing", "/models/dru", "/models/%2e%2e", "/models/..%2fdrums"]
)
def test_only_whole_names_of_models_are_found(library: Office, path: str) -> None:
    assert library.get(path).status_code == 404
    assert library.delete(path).status_code == 404


def test_a_path_is_not_the_name_of_a_model(library: Office, folders: Folders) -> None:
    path = str(folders.user / "drums.distill").replace("/", "%2f")
    assert library.get(f"/models/{path}").status_code == 404


def test_a_model_is_renamed_and_tagged_in_its_file(library: Office, folders: Folders) -> None:
    answered = library.patch("/models/drums", name="kit", tags=["loud", "wet"])
    assert answered.status_code == 200, answered.text
    assert (answered.json()["name"], answered.json()["tags"]) == ("kit", ["loud", "wet"])
    assert not (folders.user / "drums.distill").exists()
    assert read_header(folders.user / "kit.distill").metadata["tags"] == ["loud", "wet"]


@pytest.mark.parametrize("name", ["../out", "a/b", "..", "-x"])
def test_a_model_cannot_be_renamed_out_of_its_folder(
    library: Office, folders: Folders, name: str
) -> None:
    assert library.patch("/models/drums", name=name).status_code in (400, 409)
    assert [path.name for path in folders.user.iterdir()] == ["drums.distill"]


def test_grains_are_renamed_with_their_model(library: Office, folders: Folders) -> None:
    (folders.user / "drums.grains").write_bytes(b"grains")
    assert library.patch("/models/drums", name="kit").status_code == 200
    assert {path.name for path in folders.user.iterdir()} == {"kit.distill", "kit.grains"}


def test_a_taken_name_is_refused(library: Office, folders: Folders) -> None:
    save_empty_model(folders.user, "kit")
    answered = library.patch("/models/drums", name="kit")
    assert answered.status_code == 409
    assert "already exists" in answered.json()["error"]


def test_a_deleted_model_comes_back_with_what_is_beside_it(
    library: Office, folders: Folders
) -> None:
    (folders.user / "drums.resume").write_bytes(b"checkpoint")
    (folders.user / "drums.grains").write_bytes(b"grains")
    undo = library.delete("/models/drums").json()["undo"]
    assert list(folders.user.iterdir()) == []
    assert library.get("/models").json() == {"models": []}
    assert library.post(f"/trash/{undo}/restore").json() == {"restored": "drums", "kind": "model"}
    names = {path.name for path in folders.user.iterdir()}
    assert names == {"drums.distill", "drums.grains", "drums.resume"}
    assert (folders.user / "drums.grains").read_bytes() == b"grains"


def test_a_downloaded_model_can_be_uploaded(
    office: Office, tiny_in_library: Path, folders: Folders
) -> None:
    content = office.get("/models/tiny/file").content
    assert content == tiny_in_library.read_bytes()
    answered = office.put("/models/copy/file", content)
    assert answered.status_code == 201, answered.text
    assert answered.json()["name"] == "copy"
    assert read_header(folders.user / "copy.distill").metadata["name"] == "copy"
    again = office.put("/models/copy/file", content)
    assert again.status_code == 409


def test_an_upload_with_a_changed_weight_is_refused(
    office: Office, tiny_in_library: Path, folders: Folders
) -> None:
    content = bytearray(tiny_in_library.read_bytes())
    content[-1] ^= 1
    answered = office.put("/models/copy/file", bytes(content))
    assert answered.status_code == 409
    assert "checksum" in answered.json()["error"]
    assert [path.name for path in folders.user.iterdir()] == ["tiny.distill"]
    assert list(office.place.incoming.iterdir()) == []


def test_an_uploaded_model_of_distill_v1_1_is_converted(
    office: Office, old_model_path: Path
) -> None:
    answered = office.put("/models/mine/file", old_model_path.read_bytes())
    assert answered.status_code == 201, answered.text
    assert (answered.json()["old"], answered.json()["own"]) == (False, True)


def test_the_model_in_play_is_not_taken_away(place: Workplace, tiny_in_library: Path) -> None:
    playing = dataclasses.replace(place, playing=lambda: tiny_in_library)
    for office in open_office(playing):
        assert "is playing" in office.delete("/models/tiny").json()["error"]
        assert office.patch("/models/tiny", name="other").status_code == 409
        assert office.patch("/models/tiny", tags=["live"]).status_code == 200
    assert tiny_in_library.exists()


def test_a_report_runs_and_loads_nothing(library: Office, folders: Folders) -> None:
    missing = library.get("/models/drums/report")
    assert missing.status_code == 404
    assert '"kind": "report"' in missing.json()["error"]
    (folders.user / "drums.html").write_text("<!doctype html>")
    shown = library.get("/models/drums/report")
    assert shown.headers["content-type"].startswith("text/html")
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy


def test_the_previews_in_a_model_file_can_be_heard(
    office: Office, tiny_model: LoadedVQModel, folders: Folders
) -> None:
    save_model_v2(
        folders.user / "heard.distill", model=tiny_model.model, vocoder=tiny_model.vocoder,
        spectrogram=tiny_model.spectrogram, previews=[Preview(0, b"ID3a"), Preview(8, b"ID3bc")],
    )  # fmt: skip
    assert office.get("/models/heard").json()["previews"] == [0, 8]
    heard = office.get("/models/heard/previews/8")
    assert (heard.content, heard.headers["content-type"]) == (b"ID3bc", "audio/mpeg")
    missing = office.get("/models/heard/previews/9")
    assert missing.status_code == 404
    assert "it has [0, 8]" in missing.json()["error"]
