"""`distill-live models`: the library, from the files' headers alone."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from distill_live.codes.labels import rename_level
from distill_live.commands.options import (
    DeviceOption,
    FolderArgument,
    ForceOption,
    JsonOption,
    ModelArgument,
)
from distill_live.commands.output import add_plain_row, print_json, progress_bar, tell
from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.file import is_old_file
from distill_live.models.file.header import (
    read_header,
    read_model_bytes,
    rewrite_metadata,
    write_model_bytes,
)
from distill_live.models.file.library import (
    ModelEntry,
    draft_path,
    find_model,
    find_own_model,
    found_checkpoints,
    list_models,
    new_model_path,
)
from distill_live.report.place import is_page, page_path

if TYPE_CHECKING:
    from distill_live.codes.codebook_health import Verdict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, inspect, tag, rename, search, import, refresh and delete models; rename their "
    "levels.",
)


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List all models found in the model folders."""
    _show(list_models(), as_json)


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(help="Part of a name, a tag or the name of a training file.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Search for models whose name, tags or training files contain TEXT."""
    _show([entry for entry in list_models() if _matches(entry, text.casefold())], as_json)


@app.command()
def info(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Show everything in a model's header."""
    path = find_model(model)
    header = read_header(path)
    described = {"file": str(path), "weights_bytes": header.weights_bytes} | header.metadata
    if as_json:
        print_json(described)
        return
    table = Table(show_header=False, box=None)
    for key, value in described.items():
        add_plain_row(table, key.replace("_", " "), _brief(value))
    Console().print(table)


@app.command("show-health")
def show_health(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Show how much of each level's codebook is in use, and what that means."""
    metadata = read_header(find_model(model)).metadata
    health = metadata.get("codebook_health") or []
    if as_json:
        print_json(health)
        return
    if not health:
        raise ModelFileError(f"{metadata['name']} has no information about its codebooks")
    from distill_live.codes.codebook_health import overall, read_health

    try:
        size, levels = metadata["codec"]["codebook_size"], read_health(health)
        verdicts = [level.verdict(size) for level in levels]
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise ModelFileError(
            f"the information about the codebooks of {metadata['name']} is invalid: {error}"
        ) from error
    table = Table("level", "utilisation", "perplexity", "dead codes", "", box=None)
    for label, level, verdict in zip(metadata["level_labels"], levels, verdicts, strict=False):
        add_plain_row(
            table,
            label,
            f"{level.utilisation:.0%}",
            f"{level.perplexity:.1f}",
            str(level.dead_codes),
            _in_words(verdict),
        )
    Console().print(table)
    tell(_in_words(overall(verdicts)))


@app.command()
def tag(
    model: ModelArgument,
    add: Annotated[
        list[str] | None, typer.Argument(metavar="[TAG]...", help="Tags to add.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", help="Tag to remove. Can be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add tags to a model, or remove them; the weights stay unchanged."""
    path = find_own_model(model)
    tags = dict.fromkeys([*read_header(path).metadata["tags"], *(add or [])])
    kept = [one for one in tags if one not in (remove or [])]
    metadata = rewrite_metadata(path, tags=kept).metadata
    if as_json:
        print_json({"name": metadata["name"], "tags": kept})
    else:
        tell(f"{metadata['name']}: {', '.join(kept) or 'no tags'}")


@app.command()
def rename(
    model: ModelArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="New name of the model.")],
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rename a model, together with its file, its report and the checkpoint of an interrupted
    training run."""
    old = find_own_model(model)
    new = new_model_path(new_name, replace=force, folder=old.parent)
    interrupted = found_checkpoints(new)
    if interrupted and not force:
        raise ModelFileError(
            f"{interrupted[0]} belongs to an interrupted training run of that name: choose another "
            "name, or add --force"
        )
    rewrite_metadata(old, name=new.stem)
    # What a model that is replaced has beside it goes with it; a file of the user's own does not.
    for path in _belongings(new) if new != old else []:
        path.unlink()
    for path in _belongings(old):
        if not new.with_suffix(path.suffix).exists():
            path.replace(new.with_suffix(path.suffix))
    old.replace(new)
    if as_json:
        print_json({"name": new.stem, "file": str(new)})
    else:
        tell(f"renamed to {new}")


@app.command("rename-level")
def rename_one_level(
    model: ModelArgument,
    level: Annotated[
        str,
        typer.Argument(metavar="LEVEL", help="Level: its label, or its number from 0."),
    ],
    label: Annotated[str, typer.Argument(metavar="LABEL", help="New label of the level.")],
    as_json: JsonOption = False,
) -> None:
    """Rename a level of a model, and with it the addresses of the level; the weights stay
    unchanged, and the model still decodes its old grids."""
    path = find_own_model(model)
    labels = rename_level(read_header(path).metadata["level_labels"], level, label)
    metadata = rewrite_metadata(path, level_labels=list(labels)).metadata
    if as_json:
        print_json({"name": metadata["name"], "level_labels": list(labels)})
    else:
        tell(f"{metadata['name']}: levels {', '.join(labels)}")


@app.command("import")
def import_model(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Model file, also one written by Distill v1.1.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the new model (default: the file's).")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Copy a model file to your own models; one written by Distill v1.1 is converted. The whole
    file is checked first, and stays unchanged."""
    source = find_model(file)
    path = new_model_path(name or source.stem, replace=force)
    if is_old_file(source):
        _convert(source, path)
    else:
        header, content = read_model_bytes(source)
        write_model_bytes(path, header.metadata | {"name": path.stem}, content)
    if as_json:
        print_json({"name": path.stem, "file": str(path)})
    else:
        tell(f"model: {path}")


def _convert(old: Path, path: Path) -> None:
    from distill_live.models.file.persistence import load_model_v2, save_changed_model

    loaded = load_model_v2(old)
    save_changed_model(path, replace(loaded, metadata=loaded.metadata | {"name": path.stem}))


@app.command()
def refresh(
    model: ModelArgument,
    folder: FolderArgument,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure a model's clarity on the recordings in FOLDER, and store it in the model file; the
    weights stay unchanged. Models that were trained before the parameter `clarity` existed need
    this once."""
    from distill_live.audio.dataset import load_recordings
    from distill_live.models.devices import pick_device
    from distill_live.models.file.persistence import load_model_v2
    from distill_live.training.codec.clarity import measure_clarity

    path = find_own_model(model)
    _require_refreshable(path)
    loaded = load_model_v2(path, pick_device(device))
    rate = loaded.spectrogram.config.sample_rate
    with progress_bar("reading") as advance:
        recordings = load_recordings(folder, rate, lambda read, found: advance(read / found))
    for name, reason in recordings.skipped:
        tell(f"skipped {name}: {reason}", err=True)
    clarity = measure_clarity(loaded.require_trainable(), loaded.spectrogram, recordings)
    before, gains = list(loaded.clarity.gains) or None, list(clarity.gains)
    if read_header(path).metadata["codec_sha256"] != loaded.metadata["codec_sha256"]:
        raise ModelFileError(
            f"{path.stem} was trained while its clarity was being measured: run this again"
        )
    rewrite_metadata(path, clarity=gains)
    if as_json:
        print_json({"name": path.stem, "file": str(path), "clarity": gains, "before": before})
        return
    count = len(recordings.recordings)
    tell(
        f"{path.stem}: clarity measured on {count} {'recording' if count == 1 else 'recordings'}, "
        f"{recordings.seconds:.1f} s: {_in_short(gains)} (before: {_in_short(before)})"
    )
    if loaded.vocoder.kind == "neural" and gains != before:
        tell(
            "note: its neural vocoder was trained without this clarity; train it again: "
            f"distill-live train-vocoder {shlex.quote(path.stem)} {shlex.quote(str(folder))}"
        )


def _require_refreshable(path: Path) -> None:
    """Raise ModelFileError for a model of Distill v1.1, and for one that is being trained."""
    metadata = read_header(path).metadata
    if metadata["codec"].get("kind") == "chunks":
        raise ModelFileError(f"{path.stem} is a Distill v1.1 model: clarity has no effect on it")
    for checkpoint in found_checkpoints(path):
        raise ModelFileError(
            f"{checkpoint} belongs to an interrupted training run of this model: finish it with "
            "--resume, or delete it"
        )


def _in_short(gains: list[float] | None) -> str:
    if not gains:
        return "none"
    return f"gains {min(gains):.2f}..{max(gains):.2f}, {sum(gains) / len(gains):.2f} on average"


@app.command()
def delete(
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be deleted, and delete nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a model's file, its report and the checkpoint of an interrupted training run."""
    path = find_own_model(model)
    doomed = [path, *_belongings(path)]
    names = [str(path) for path in doomed]
    if dry_run:
        print_json({"would_delete": names}) if as_json else tell("\n".join(names))
        return
    if not yes:
        typer.confirm(f"Delete {', '.join(names)}?", abort=True, err=True)
    for path in doomed:
        path.unlink()
    if as_json:
        print_json({"deleted": names})
    else:
        tell("\n".join(f"deleted {name}" for name in names))


def _belongings(model: Path) -> list[Path]:
    """What is beside a model's file and goes where it goes: its report, and what an interrupted
    training has left."""
    page = page_path(model)
    draft = draft_path(model)
    return [
        *([page] if is_page(page) else []),
        *found_checkpoints(model),
        *([draft] if draft.exists() else []),
    ]


def _in_words(verdict: Verdict) -> str:
    return f"{verdict.name.lower()}: {verdict.words}"


def _matches(entry: ModelEntry, text: str) -> bool:
    metadata = entry.metadata
    words = [entry.name, *metadata.get("tags", []), *(metadata.get("dataset_files") or [])]
    return any(text in str(word).casefold() for word in words)


def _show(entries: list[ModelEntry], as_json: bool) -> None:
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    if not entries:
        tell("no models yet; make one with: distill-live train FOLDER")
        return
    table = Table("name", "prior", "codes", "tags", "created", "file", box=None)
    for entry in entries:
        row = _summary(entry)
        codes = f"{row['levels']} x {row['codebook_size']}" if not entry.error else "damaged"
        tags = ", ".join(row["tags"])
        add_plain_row(
            table,
            row["name"],
            "yes" if row["prior"] else "no",
            codes,
            tags,
            row["created"][:10],
            row["file"],
        )
    Console().print(table)


def _summary(entry: ModelEntry) -> dict[str, Any]:
    metadata = entry.metadata
    codec = metadata.get("codec", {})
    return {
        "name": entry.name,
        "file": str(entry.path),
        "tags": metadata.get("tags", []),
        "created": metadata.get("created", ""),
        "prior": bool(metadata.get("prior")),
        "levels": codec.get("num_quantizers"),
        "codebook_size": codec.get("codebook_size"),
        "error": entry.error or None,
    }


def _brief(value: Any) -> str:
    """A value of the header in readable form: nested values one per line, long lists shortened."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_in_line(item)}" for key, item in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join(map(_in_line, value))
    return _in_line(value)


def _in_line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_in_line(item)}" for key, item in value.items())
    if isinstance(value, list):
        shown = value if len(value) <= 8 else [*value[:3], "...", *value[-3:]]
        return ", ".join(map(_in_line, shown))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
