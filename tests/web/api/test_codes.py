"""Grids of codes over HTTP, with the real process of the workbench."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from distill_live.codes.grid_file import load_grid
from distill_live.live.ipc.process_source import ProcessSource
from distill_live.web.api.codes import Codes
from distill_live.web.work.workplace import Workplace
from distill_live.workbench.client import WorkbenchClient
from tests.web.api.conftest import Office, open_office

RATE = 48_000


@pytest.fixture(scope="module")
def desk(
    tiny_model_path: Path, forks: ProcessSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office with a workbench, and a set `kit` with a second of a falling tone."""
    folder = tmp_path_factory.mktemp("work")
    place = Workplace(folder, playing=lambda: tiny_model_path)
    bench = WorkbenchClient(place.codes, processes=forks)
    for office in open_office(place, Codes(place, bench).operations()):
        (place.sets / "kit").mkdir(parents=True)
        soundfile.write(place.sets / "kit" / "tone.wav", tone(), RATE)
        yield office
    bench.close()


def tone() -> Any:
    seconds = np.arange(RATE) / RATE
    return (0.5 * np.sin(2 * np.pi * (400 - 200 * seconds) * seconds)).astype(np.float32)


@pytest.fixture
def document(desk: Office) -> dict[str, Any]:
    """The set's sound as a document."""
    answered = desk.post("/codes", file="sets/kit/tone.wav")
    assert answered.status_code == 201, answered.text
    found: dict[str, Any] = answered.json()
    return found


def codes_of(desk: Office, document: dict[str, Any], **query: Any) -> Any:
    content = desk.get(f"/codes/{document['id']}/codes", params=query).content
    columns, bands, levels = np.frombuffer(content[:12], "<u4")
    return np.frombuffer(content[12:], "<u2").reshape(columns, bands, levels)


def sound_of(desk: Office, path: str, **query: Any) -> Any:
    answered = desk.get(path, params=query)
    assert answered.status_code == 200, answered.text
    return soundfile.read(io.BytesIO(answered.content))[0]


def test_a_sound_opens_as_a_document(desk: Office, document: dict[str, Any]) -> None:
    assert document["name"] == "tone" and document["sound"] is True
    assert document["states"] == ["start"] and document["state"] == 0
    codes = codes_of(desk, document)
    assert codes.shape == (document["columns"], document["bands"], document["levels"])
    assert codes.max() < document["codebookSize"]
    listed = desk.get("/codes").json()["documents"]
    assert listed[0]["id"] == document["id"]


def test_edits_are_undone_and_done_again(desk: Office, document: dict[str, Any]) -> None:
    before = codes_of(desk, document)
    path = f"/codes/{document['id']}"
    assert desk.post(f"{path}/edit", text="fill 0:3 code=2 --levels 0").json()["state"] == 1
    edited = desk.post(f"{path}/edit", text="reverse").json()
    assert edited["states"] == ["start", "fill 0:3 code=2 --levels 0", "reverse"]
    after = codes_of(desk, document)
    assert (after[-3:, :, 0] == 2).all()
    assert desk.post(f"{path}/go", state=0).json()["state"] == 0
    assert (codes_of(desk, document) == before).all()
    assert desk.post(f"{path}/redo").json()["state"] == 1
    assert (codes_of(desk, document, state=2) == after).all()
    assert desk.post(f"{path}/name", name="two").json()["given"] == ["", "two", ""]
    assert desk.post(f"{path}/name", name="x" * 65).status_code == 400
    desk.post(f"{path}/go", state=0)
    assert desk.post(f"{path}/go", name="two").json()["state"] == 1
    assert desk.post(f"{path}/go", name="three").json()["error"] == (
        "there is no state called 'three'"
    )
    assert desk.post(f"{path}/go").status_code == 400
    assert (
        "nothing to undo" in desk.post(f"{path}/go", state=0).text + desk.post(f"{path}/undo").text
    )


def test_a_swap_changes_both_documents(desk: Office) -> None:
    one, two = (desk.post("/codes", file="sets/kit/tone.wav", name=n).json() for n in "ab")
    desk.post(f"/codes/{two['id']}/edit", text="fill code=1")
    before = codes_of(desk, one)
    swapped = desk.post(f"/codes/{one['id']}/edit", text=f"swap {two['id']} 0:2 4:6").json()
    assert swapped["states"][-1] == "swap b 0:2 4:6"
    assert (codes_of(desk, one)[:2] == 1).all()
    assert (codes_of(desk, two)[4:6] == before[:2]).all()
    assert desk.get(f"/codes/{two['id']}").json()["states"][-1] == "swap with a"


def test_documents_outlive_the_process(
    desk: Office, document: dict[str, Any], forks: ProcessSource
) -> None:
    edited = desk.post(f"/codes/{document['id']}/edit", text="shuffle --seed 3").json()
    codes = codes_of(desk, document)
    other = WorkbenchClient(desk.place.codes, processes=forks)
    try:
        assert other.ask("describe", id=document["id"]) == edited
        content = other.ask("codes", id=document["id"], state=None)
        assert (np.frombuffer(content[12:], "<u2") == codes.reshape(-1)).all()
    finally:
        other.close()


def test_regions_levels_cells_and_the_recording_are_heard(
    desk: Office, document: dict[str, Any]
) -> None:
    path, length = f"/codes/{document['id']}", round(document["columnSeconds"] * RATE)
    assert len(sound_of(desk, f"{path}/sound", columns="2:6")) == 4 * length
    held = sound_of(desk, f"{path}/sound", columns="3", hold=0.5)
    assert abs(len(held) - 0.5 * RATE) <= length / 2
    whole = sound_of(desk, f"{path}/sound")
    alone = sound_of(desk, f"{path}/sound", levels="0", bands="low")
    assert len(alone) == len(whole) and not np.array_equal(alone, whole)
    assert len(sound_of(desk, f"{path}/cell", level=0, code=3, band=1)) > 0
    original = sound_of(desk, f"{path}/original", columns="1:3")
    assert np.allclose(original, tone()[length : 3 * length], atol=1e-3)


def test_a_code_of_a_model_is_heard_without_a_document(
    desk: Office, document: dict[str, Any], tiny_in_library: Path
) -> None:
    cell = sound_of(desk, f"/codes/{document['id']}/cell", level=1, code=3, band=1)
    path = f"/models/{tiny_in_library.stem}/cell"
    assert np.allclose(sound_of(desk, path, level=1, code=3, band=1), cell, atol=1e-3)
    refused = desk.get(path, params={"level": 0, "code": 999})
    assert refused.status_code == 409 and "999" in refused.json()["error"]
    assert desk.get("/models/none/cell", params={"level": 0, "code": 3}).status_code == 404


def test_a_document_is_saved_as_codes_and_as_sound(desk: Office, document: dict[str, Any]) -> None:
    path = f"/codes/{document['id']}/save"
    saved = desk.post(path, name="mine").json()
    assert saved["file"] == "generated/mine.npz"
    assert (load_grid(Path(saved["path"])).codes == codes_of(desk, document)).all()
    assert desk.post(path, name="mine", format="wav").status_code == 201
    assert desk.post(path, name="mine").status_code == 409
    again = desk.post("/codes", file="generated/mine.npz").json()
    assert again["sound"] is False
    assert desk.get(f"/codes/{again['id']}/original").status_code == 404


def test_an_upload_opens_at_once(desk: Office) -> None:
    sound = (desk.place.sets / "kit" / "tone.wav").read_bytes()
    opened = desk.put("/codes/files/dropped.wav", sound)
    assert opened.status_code == 201 and opened.json()["name"] == "dropped"
    broken = desk.put("/codes/files/broken.wav", b"RIFF nothing")
    assert broken.status_code == 409 and "not a sound file" in broken.text
    assert desk.put("/codes/files/broken.wav", sound).status_code == 201


def test_the_same_file_is_uploaded_again(desk: Office) -> None:
    sound = (desk.place.sets / "kit" / "tone.wav").read_bytes()
    ids = {desk.put("/codes/files/Again.wav", sound).json()["id"]}
    ids.add(desk.put("/codes/files/again.wav", sound).json()["id"])
    assert len(ids) == 2


def test_saved_grids_are_listed(desk: Office, document: dict[str, Any]) -> None:
    desk.post(f"/codes/{document['id']}/save", name="listed")
    desk.post(f"/codes/{document['id']}/save", name="listed", format="wav")
    saved = desk.get("/codes").json()["saved"]
    assert "generated/listed.npz" in saved and "generated/listed.wav" not in saved


def test_levels_are_renamed(desk: Office, document: dict[str, Any]) -> None:
    labels = [f"level {number}" for number in range(document["levels"])]
    assert desk.patch(f"/codes/{document['id']}", labels=labels).json()["labels"] == labels
    assert desk.patch(f"/codes/{document['id']}", name="new").json()["name"] == "new"
    refused = desk.patch(f"/codes/{document['id']}", labels=["same", "same", "same"])
    assert refused.status_code == 409


@pytest.mark.parametrize(
    "path", ["/codes/nothing", "/codes/nothing/codes", "/codes/..%2f..", "/codes/x/original"]
)
def test_documents_that_are_not_there(desk: Office, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_a_bad_edit_changes_nothing(desk: Office, document: dict[str, Any]) -> None:
    refused = desk.post(f"/codes/{document['id']}/edit", text="fill 0:999 code=1")
    assert refused.status_code == 409 and "outside" in refused.json()["error"]
    assert desk.get(f"/codes/{document['id']}").json() == document


def test_a_deleted_document_is_gone(desk: Office, document: dict[str, Any]) -> None:
    assert desk.delete(f"/codes/{document['id']}").status_code == 200
    assert desk.get(f"/codes/{document['id']}").status_code == 404


def test_a_process_that_dies_is_started_again(
    desk: Office, document: dict[str, Any], forks: ProcessSource
) -> None:
    bench = WorkbenchClient(desk.place.codes, processes=forks)
    try:
        assert bench.ask("describe", id=document["id"])["id"] == document["id"]
        assert bench._process is not None
        bench._process.kill()
        bench._process.join()
        with pytest.raises(Exception, match="has ended; try again"):
            bench.ask("describe", id=document["id"])
        assert bench.ask("describe", id=document["id"])["id"] == document["id"]
    finally:
        bench.close()
