"""The sections of a model's report, each made from the model's header or from its sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from distill_live.audio.distances.reconstruction import Distances
from distill_live.codes.codebook_health import Verdict, overall, read_health
from distill_live.models.file.header import is_stereo
from distill_live.models.file.kept_recordings import Preview
from distill_live.report.curves import Curve, chart
from distill_live.report.listening import Comparison, Heard, NewSound
from distill_live.report.pictures import data_uri, picture
from distill_live.training.prior.memorisation import Memorisation

Metadata = Mapping[str, Any]


def title(metadata: Metadata, model: Path) -> str:
    """The model's name and how it is, in one badge."""
    verdict = overall([one for _, _, one in _levels(metadata)])
    known = _badge(verdict) if _levels(metadata) else ""
    made = str(metadata["created"])[:10]
    tags = ", ".join(map(str, metadata["tags"]))
    said = f"trained {made}" + (f" · {tags}" if tags else "")
    name = f"<h1>{_text(model.stem)}</h1><div class=soft>{_text(said)}</div>"
    return f"<header><div>{name}</div>{known}</header>"


def facts(metadata: Metadata, model: Path, column_seconds: float) -> str:
    """What it is, in numbers."""
    codec, prior = metadata["codec"], metadata.get("prior")
    training = metadata.get("training") or {}
    seconds = training.get("codec_seconds", 0) + training.get("prior_seconds", 0)
    described = {
        "recordings": training.get("files"),
        "total length": _duration(training.get("sound_seconds")),
        "sound": "stereo" if is_stereo(metadata) else "mono",
        "codes": f"{codec['num_quantizers']} levels of {codec['codebook_size']}",
        "column length": f"{1000 * column_seconds:.0f} ms",
        "prior": f"{prior['num_layers']} layers of {prior['hidden_size']}" if prior else "none yet",
        "training time": _duration(seconds or None),
        "loudness": f"{metadata['loudness_db']:.0f} dB" if metadata.get("loudness_db") else None,
        "file": f"{model.stat().st_size / 1e6:.1f} MB",
    }
    cells = "".join(
        f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>"
        for name, value in described.items()
        if value is not None
    )
    return f'<dl class="facts">{cells}</dl>'


def health(metadata: Metadata) -> str:
    """A card per level, and the map of which codes are used."""
    levels = _levels(metadata)
    if not levels:
        return ""
    size = metadata["codec"]["codebook_size"]
    cards = "".join(
        f'<div class="card"><h3>{_text(label)} {_badge(verdict)}</h3>'
        f'<div class="bar"><i style="width:{100 * level.utilisation:.1f}%"></i></div>'
        f"<p>{level.utilisation:.0%} of {size} codes in use, as varied as "
        f"{level.perplexity:.0f} codes used evenly"
        + (f"; {level.dead_codes} never used" if level.dead_codes else "")
        + "</p>"
        + (f'<p class="soft">{_text(_sentence(verdict.advice))}</p>' if verdict.advice else "")
        + "</div>"
        for label, level, verdict in levels
    )
    return _section(
        "Codebooks",
        "The levels describe the sound in codes, coarse to fine. The more codes are in use, and "
        "the more evenly, the more detail they can carry.",
        f'<div class="row">{cards}</div>{_heat_map(metadata)}',
    )


def learning(metadata: Metadata) -> str:
    """The curves of codec, prior and vocoder."""
    curves = metadata.get("loss_curves") or {}
    training = metadata.get("training") or {}
    codec, prior = curves.get("codec") or {}, curves.get("prior") or {}
    drawn = ""
    if codec:
        drawn += chart(
            "Codec: distance of the decoded sound from the recording, in dB; lower is better",
            [
                Curve("training sound", codec["training_db"]),
                Curve("held-out sound", codec["validation_db"]),
            ],
            training.get("best_epoch"),
        )
    if prior:
        counted = (training.get("prior_perplexity") or {}).get("baselines") or {}
        drawn += chart(
            "Prior: how many codes it hesitates between (perplexity); lower is better",
            [
                Curve("training sound", prior["training"]),
                Curve("held-out sound", prior["validation"]),
                Curve("counting pairs of columns", _given(counted.get("previous_column")), True),
                Curve("counting codes", _given(counted.get("unigram")), True),
            ],
            training.get("prior_best_epoch"),
        )
    vocoder = curves.get("vocoder") or {}
    if vocoder:
        drawn += chart(
            "Vocoder: distance of its sound from the recording; lower is better",
            [
                Curve("training sound", vocoder["training"]),
                Curve("held-out sound", vocoder["validation"]),
            ],
            training.get("vocoder_best_epoch"),
        )
        known = training.get("vocoder_distances") or {}
        drawn += _distances(
            {f"held-out sound, {name} vocoder": Distances(**one) for name, one in known.items()}
        )
    said = "A rising curve for held-out sound means that the model is memorising."
    return _section("Training curves", said, f'<div class="row">{drawn}</div>') if drawn else ""


def previews(sounds: Sequence[Preview]) -> str:
    """The same few seconds, as the codec made them while it learned."""
    if not sounds:
        return ""
    heard = "".join(
        f"<figure><figcaption>{'the recording' if not one.epoch else f'after epoch {one.epoch}'}"
        f"</figcaption>{_player(data_uri('audio/mpeg', one.mp3))}</figure>"
        for one in sounds
    )
    return _section(
        "During training",
        "The end of a recording, as the codec reproduced it at the time. The last tenth of each "
        "recording is never used for training.",
        f'<div class="row">{heard}</div>',
    )


def pairs(shown: Comparison) -> str:
    """Recordings before and after the codec."""
    if not shown.pairs:
        return ""
    figures = "".join(
        f"<h3>{_text(pair.name)}</h3><div class=row>"
        + "".join(_figure(one, pair.seconds) for one in (pair.original, pair.decoded) if one)
        + "</div>"
        for pair in shown.pairs
    )
    measured = ""
    if shown.distances:
        measured = _distances({"these recordings, after codec and vocoder": shown.distances})
    return _section(
        "Recording and codec" if shown.distances else "Decoded from the codes in this model",
        "This is how recordings sound after the codec. Brighter is louder; low frequencies are at "
        "the bottom.",
        figures + measured,
    )


def new_sound(played: NewSound | None) -> str:
    """What the prior plays by itself, and which recordings that resembles."""
    if played is None:
        return ""
    figure = _figure(played.heard, played.seconds)
    told = ""
    if played.origins is not None:
        told = _timeline(played)
    return _section(
        "New sound", "What the model plays with the default settings and seed 0.", figure + told
    )


def memorisation(metadata: Metadata) -> str:
    """How much the prior copies."""
    described = (metadata.get("training") or {}).get("memorisation")
    if not described:
        return ""
    measured = Memorisation.of_header(described)
    bars = _bars("the same at the coarsest level", measured, "coarse")
    bars += _bars("nearly the same at all levels", measured, "near")
    warned = measured.warning
    said = f'<p class="warning">{_text(_sentence(warned))}</p>' if warned else ""
    without = "" if measured.held_out else " Too little was held out to compare with."
    return _section(
        "Does it copy your recordings?",
        f"How many passages of {measured.columns} columns occur in the recordings.{without}",
        f'{said}<div class="row">{bars}</div>',
    )


def recordings_table(metadata: Metadata) -> str:
    """Which recordings it learned from."""
    names = metadata.get("dataset_files") or []
    if not names:
        return ""
    kept = metadata.get("training_codes") or {}
    columns = dict(zip(kept.get("names", []), kept.get("columns", []), strict=False))
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td>{columns.get(name, '')}</td></tr>" for name in names
    )
    head = "<thead><tr><th>recording</th><th>columns kept</th></tr></thead>" if columns else ""
    return (
        f"<section><details><summary>{len(names)} recordings</summary><div class=table><table>"
        f"{head}<tbody>{rows}</tbody></table></div></details></section>"
    )


def _levels(metadata: Metadata) -> list[tuple[str, Any, Verdict]]:
    """Label, health and verdict of each level; none where the header says nothing."""
    size = metadata["codec"]["codebook_size"]
    found = read_health(metadata.get("codebook_health") or [])
    labels = map(str, metadata["level_labels"])
    return [(name, one, one.verdict(size)) for name, one in zip(labels, found, strict=False)]


def _heat_map(metadata: Metadata) -> str:
    """How often each code of each level is used, a row of squares per level."""
    rows = metadata.get("code_counts") or []
    if not rows:
        return ""
    # Against even use, which is the middle; each step of colour is a factor.
    counts = np.array(rows, dtype=np.float64)
    even = np.maximum(counts.mean(axis=1, keepdims=True), 1e-9)
    shades = np.where(counts > 0, 0.6 + 0.13 * np.log2(np.maximum(counts, 1e-9) / even), 0.0)
    shades = np.where(counts > 0, np.clip(shades, 0.12, 1.0), 0.0)
    pictures = "".join(
        f'<span class="soft">{_text(label)}</span>'
        f'<img src="{picture(row[None])}" alt="use of each code of {_text(label)}">'
        for label, row in zip(metadata["level_labels"], shades, strict=False)
    )
    return (
        '<figure style="margin-top:1.2rem"><figcaption>How often each code occurs, code 0 to '
        f"{counts.shape[1] - 1}</figcaption><div class=heat>{pictures}</div>"
        '<div class="scale"><span>never</span><i></i><span>often</span></div></figure>'
    )


def _timeline(played: NewSound) -> str:
    """The passages as a strip, and as a table."""
    strip, rows = [], []
    for one in played.origins or []:
        start = 100 * one["from"] / played.seconds
        width = 100 * (one["to"] - one["from"]) / played.seconds
        kind = "" if one["file"] else ' class="new"'
        label = _text(one["file"] or "new")
        strip.append(f'<i{kind} style="left:{start:.2f}%;width:{width:.2f}%" title="{label}"></i>')
        place = f"{one['file_second']:.1f} s" if one["file"] else ""
        rows.append(
            f"<tr><td>{one['from']:.1f} to {one['to']:.1f} s</td><td>{label}</td>"
            f"<td>{place}</td><td>{one['share']:.0%}</td></tr>"
        )
    return (
        '<p class="soft">Which recordings it resembles; grey is new.</p>'
        f'<div class="timeline">{"".join(strip)}</div><div class="table"><table><thead><tr>'
        "<th>time</th><th>recording</th><th>at</th><th>match</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bars(label: str, measured: Memorisation, share: str) -> str:
    """Both shares as bars."""
    bars = [("generated sound", getattr(measured.generated, share), "")]
    if measured.held_out:
        bars.append(("held-out sound", getattr(measured.held_out, share), ' class="reference"'))
    drawn = "".join(
        f'<div>{name}: {value:.0%}<div class="bar"><i{kind} style="width:{100 * value:.1f}%"></i>'
        "</div></div>"
        for name, value, kind in bars
    )
    return f"<figure><figcaption>{label}</figcaption>{drawn}</figure>"


def _figure(heard: Heard, seconds: float) -> str:
    return (
        f"<figure><figcaption>{_text(heard.label)}</figcaption>"
        f'<img class="spectrogram" src="{heard.spectrogram}" '
        f'alt="spectrogram, 0 to {seconds:.1f} s">{_player(heard.sound)}</figure>'
    )


def _distances(measured: Mapping[str, Distances]) -> str:
    """How far sounds are from what was made of them, in a table."""
    if not measured:
        return ""
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td>{one.mel_db:.2f} dB</td><td>{one.sc:.2f}</td>"
        f"<td>{one.env:.2f}</td><td>"
        f"{'-' if one.texture is None else f'{one.texture:.2f}'}</td></tr>"
        for name, one in measured.items()
    )
    return (
        "<table><tr><th></th><th>mel distance</th><th>spectral convergence</th><th>envelope</th>"
        f"<th>texture</th></tr>{rows}</table>"
        '<p class="soft">Lower is better, except for the envelope, which is best at 1. The mel '
        "distance favours blur; the texture says whether partials are as clear and attacks as "
        "steep as in the recordings.</p>"
    )


def _player(address: str) -> str:
    return f'<audio controls preload="metadata" src="{address}"></audio>'


def _badge(verdict: Verdict) -> str:
    return f'<span class="badge {verdict.name.lower()}">{verdict.words}</span>'


def _section(heading: str, said: str, content: str) -> str:
    return f'<section><h2>{heading}</h2><p class="soft">{said}</p>{content}</section>'


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _given(value: float | None) -> list[float | None]:
    return [] if value is None else [value]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _text(value: object) -> str:
    return escape(str(value), quote=True)
