"""The page of a model, as a browser would take it apart."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from distill_live.audio.dataset import load_recordings
from distill_live.audio.distances.reconstruction import Distances
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import ReportError
from distill_live.models.file.header import rewrite_metadata
from distill_live.models.file.kept_recordings import Preview
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from distill_live.report.page import write_page

#: Elements that have no end.
VOID = {"meta", "img", "path", "br"}


@dataclass
class Element:
    """One element: its name, attributes, and the text right inside it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page; raises when one is closed that is not open."""

    html: str
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def texts(self, name: str) -> list[str]:
        return [one.text for one in self.elements if one.name == name]

    def addresses(self) -> Iterator[str]:
        for one in self.elements:
            for name in ("src", "href", "poster", "data", "action"):
                if name in one.attributes:
                    yield one.attributes[name]


@pytest.fixture(scope="module")
def model(tiny_model: LoadedVQModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has all that training leaves in its file."""
    random = np.random.default_rng(0)
    codes = random.integers(0, 16, (2, 30, 8, 3)).astype(np.int16)
    level = {"utilisation": 1.0, "perplexity": 12.0, "dead_codes": 0}
    path = tmp_path_factory.mktemp("page") / "rain.distill"
    overlap = {"coarse": 0.25, "near": 0.5}
    save_model_v2(
        path,
        model=tiny_model.model,
        prior=tiny_model.prior,
        spectrogram=tiny_model.spectrogram,
        training_codes=[TrainingCodes(f"<b>{n}</b>.wav", grid) for n, grid in enumerate(codes)],
        previews=[Preview(0, b"one"), Preview(3, b"two")],
        metadata={
            "tags": ["wet & <i>cold</i>"],
            "codebook_health": [level, level | {"utilisation": 0.3}, level | {"perplexity": 0.1}],
            "code_counts": random.integers(0, 9, (3, 16)).tolist(),
            "dataset_files": ["<b>0</b>.wav", "<b>1</b>.wav"],
            "loudness_db": -20.0,
            "loss_curves": {
                "codec": {"training_db": [3.0, 2.0], "validation_db": [3.0, None]},
                "prior": {"training": [9.0], "validation": [8.0]},
            },
            "training": {
                "files": 2, "sound_seconds": 5.1, "codec_seconds": 60.0, "best_epoch": 2,
                "prior_perplexity": {"baselines": {"unigram": 12.0, "previous_column": 10.0}},
                "memorisation": {"columns": 8, "generated": overlap, "held_out": None},
            },
        },
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def page(model: Path) -> Page:
    return Page(write_page(model).read_text(encoding="utf-8"))


def test_every_section_is_there(page: Page) -> None:
    assert page.texts("h1") == ["rain"]
    assert page.texts("h2") == [
        "Codebooks", "Training curves", "During training", "Decoded from the codes in this model",
        "New sound", "Does it copy your recordings?",
    ]  # fmt: skip


def test_health_is_said_per_level_and_over_all(page: Page) -> None:
    badges = [
        (one.attributes["class"], one.text)
        for one in page.elements
        if "badge" in one.attributes.get("class", "")
    ]
    assert badges == [
        ("badge red", "Codebook collapse detected"),
        ("badge green", "Healthy"),
        ("badge yellow", "Some codes underused"),
        ("badge red", "Codebook collapse detected"),
    ]


def test_it_needs_no_other_file_and_runs_nothing(page: Page) -> None:
    addresses = list(page.addresses())
    assert len(addresses) > 8
    assert all(address.startswith(("data:image/png;", "data:audio/mpeg;")) for address in addresses)
    assert "script" not in {one.name for one in page.elements}
    (policy,) = (e.attributes["content"] for e in page.elements if "http-equiv" in e.attributes)
    assert policy.startswith("default-src 'none';")
    (style,) = page.texts("style")
    assert "url(" not in style and "@import" not in style


def test_what_a_header_says_is_text_not_markup(page: Page) -> None:
    assert not any(one.text in ("0", "1", "cold") for one in page.elements if one.name in "bi")
    assert "<b>0</b>.wav" in page.texts("td")
    assert any("wet & <i>cold</i>" in text for text in page.texts("div"))


def test_previews_are_the_bytes_in_the_file(page: Page) -> None:
    heard = [one.attributes["src"] for one in page.elements if one.name == "audio"]
    assert [base64.b64decode(address.partition(",")[2]) for address in heard[:2]] == [
        b"one",
        b"two",
    ]
    assert page.texts("figcaption").count("after epoch 3") == 1


def test_new_sound_is_what_the_model_generates(page: Page, model: Path) -> None:
    heard = [one.attributes["src"] for one in page.elements if one.name == "audio"][-1]
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(heard.partition(",")[2])))
    assert rate == 48_000
    assert len(sound) / rate == pytest.approx(8.0, abs=0.1)
    assert np.abs(sound).max() > 0


def test_recordings_are_shown_beside_what_comes_back(model: Path, sounds: Path) -> None:
    recordings = load_recordings(sounds).recordings
    threads = torch.get_num_threads()
    page = Page(write_page(model, recordings).read_text(encoding="utf-8"))
    assert torch.get_num_threads() == threads
    assert "Recording and codec" in page.texts("h2")
    names = [one.name for one in recordings]
    assert page.texts("h3")[-3:] == [names[0], names[2], names[5]]
    captions = page.texts("figcaption")
    assert captions.count("recording") == captions.count("after the codec") == 3
    shown = Distances(*(float(text.removesuffix(" dB")) for text in page.texts("td")[1:5]))
    assert shown.mel_db > 0.5 and shown.texture is not None and shown.texture > 0.5


def test_how_near_each_vocoder_came_is_shown(tiny_model_path: Path, tmp_path: Path) -> None:
    """Also in a file from before texture was measured."""
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    old = {"mel_db": 3.04, "sc": 0.567, "env": 0.805}
    rewrite_metadata(
        path,
        training={"vocoder_distances": {"phase": old, "neural": old | {"texture": 5.5}}},
        loss_curves={"vocoder": {"training": [9.0], "validation": [8.0]}},
    )
    page = Page(write_page(path).read_text(encoding="utf-8"))
    assert page.texts("td") == [
        "held-out sound, phase vocoder", "3.04 dB", "0.57", "0.81", "-",
        "held-out sound, neural vocoder", "3.04 dB", "0.57", "0.81", "5.50",
    ]  # fmt: skip


def test_a_model_of_which_little_is_known_has_a_short_page(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copy(tiny_model_path, tmp_path / "tiny.distill"))
    page = Page(write_page(model).read_text(encoding="utf-8"))
    assert page.texts("h2") == ["New sound"]


@pytest.mark.parametrize(
    "notes",
    [
        {"training": [1]},
        {"training": {"best_epoch": "<b>2</b>"}},
        {"code_counts": ["x"]},
        {"loss_curves": {"codec": {"training_db": 3}}},
        {"codebook_health": [{}]},
    ],
)
def test_notes_that_make_no_sense_are_one_line_and_no_page(
    model: Path, tmp_path: Path, notes: dict[str, object]
) -> None:
    path = Path(shutil.copy(model, tmp_path / "strange.distill"))
    rewrite_metadata(path, **notes)
    with pytest.raises(ReportError, match="its header is invalid") as told:
        write_page(path)
    assert "\n" not in str(told.value)
    assert not path.with_suffix(".html").exists()


def test_a_codec_alone_has_a_page(model: Path, tmp_path: Path) -> None:
    loaded = load_model_v2(model)
    path = tmp_path / "codec.distill"
    save_model_v2(path, model=loaded.model, spectrogram=loaded.spectrogram)
    page = Page(write_page(path, output=tmp_path / "other.html").read_text(encoding="utf-8"))
    assert page.texts("h2") == []
    assert not (tmp_path / "codec.html").exists()
