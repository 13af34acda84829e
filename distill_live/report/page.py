"""The report about a model: one HTML file that needs no other files and runs no scripts.

Its contents come from a model file, which a stranger may have written: every text is escaped, and
the page's security policy forbids it to load anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from distill_live.audio.dataset import Recording
from distill_live.errors import ReportError
from distill_live.models.devices import use_threads
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.report.listening import (
    Comparison,
    NewSound,
    compare,
    decode_training_codes,
    play,
    some_recordings,
    spread,
)
from distill_live.report.place import BEGINNING, page_path, save_page
from distill_live.report.sections import (
    facts,
    health,
    learning,
    memorisation,
    new_sound,
    pairs,
    previews,
    recordings_table,
    title,
)

_STYLE = Path(__file__).with_name("style.css")

# What the notes in a header set off that are not as training writes them; it is a stranger's.
_NONSENSE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


def write_page(
    model: Path, recordings: Sequence[Recording] | Path = (), output: Path | None = None
) -> Path:
    """Write the page of a model file, beside it or where `output` says; returns its path.

    `recordings` are at the model's rate, or the folder that they are in; a few of them are shown
    beside what the codec makes of them. Raises ModelFileError, for a folder what `some_recordings`
    raises, and ReportError when the page cannot be written or the header's notes make no sense.
    """
    output = output or page_path(model)
    loaded = load_model_v2(model)
    if isinstance(recordings, Path):
        # At the rate of the model as it was loaded: a header alone may ask for any.
        rate = loaded.spectrogram.config.sample_rate
        recordings = some_recordings(recordings, rate, loaded.channels > 1)
    # Sums in another order end in other bytes, and these sounds are to be the ones heard live.
    with use_threads(1):
        shown = compare(loaded, spread(recordings)) if recordings else decode_training_codes(loaded)
        played = play(loaded) if loaded.prior else None
    try:
        html = render(loaded, model, shown, played)
    except _NONSENSE as error:
        raise ReportError(
            f"cannot write a report about {model}: its header is invalid ({error})"
        ) from error
    save_page(output, html)
    return output


def render(loaded: LoadedVQModel, model: Path, shown: Comparison, played: NewSound | None) -> str:
    """The page as HTML."""
    metadata = loaded.metadata
    parts = [
        title(metadata, model),
        facts(metadata, model, loaded.column_samples / loaded.spectrogram.config.sample_rate),
        health(metadata),
        learning(metadata),
        previews(loaded.previews),
        pairs(shown),
        new_sound(played),
        memorisation(metadata),
        recordings_table(metadata),
    ]
    style = _STYLE.read_text(encoding="utf-8")
    return (
        f'{BEGINNING}<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; media-src data:; style-src 'unsafe-inline'\">"
        f"<title>{escape(model.stem)}</title><style>{style}</style></head><body>"
        f"{''.join(parts)}"
        '<footer class="soft">made by distill-live; this page needs no other files</footer>'
        "</body></html>\n"
    )
