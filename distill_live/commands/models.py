"""`distill-live models`: the library, from the files' headers alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from distill_live.codes.labels import rename_level
from distill_live.commands.model_files import delete, import_model, rename
from distill_live.commands.model_refresh import refresh
from distill_live.commands.options import JsonOption, ModelArgument
from distill_live.commands.output import add_plain_row, print_json, tell
from distill_live.errors import ModelFileError
from distill_live.models.file.header import is_stereo, read_header, rewrite_metadata
from distill_live.models.file.library import ModelEntry, find_model, find_own_model, list_models
from distill_live.models.grains.file import grains_path, read_grains_header, require_codec

if TYPE_CHECKING:
    from distill_live.codes.codebook_health import Verdict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, inspect, tag, rename, search, import, refresh and delete models; rename their "
    "levels.",
)


app.command("rename")(rename)
app.command("import")(import_model)
app.command("refresh")(refresh)
app.command("delete")(delete)


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
    described: dict[str, Any] = {"file": str(path), "sound": _sound(header.metadata)}
    described["weights_bytes"] = header.weights_bytes
    described |= header.metadata
    described["grains"] = _describe_grains(path, header.metadata.get("codec_sha256"))
    if as_json:
        print_json(described)
        return
    table = Table(show_header=False, box=None)
    for key, value in described.items():
        add_plain_row(table, key.replace("_", " "), _brief(value))
    Console().print(table)


def _sound(metadata: dict[str, Any]) -> str:
    return "stereo" if is_stereo(metadata) else "mono"


def _describe_grains(model: Path, codec_sha256: object) -> dict[str, Any] | None:
    """What the file of grains beside a model is, or why it is not played; None without one."""
    path = grains_path(model)
    if not path.exists():
        return None
    try:
        header = read_grains_header(path)
        require_codec(path, header, codec_sha256)
    except ModelFileError as error:
        return {"file": str(path), "error": str(error)}
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "recordings": len(header.recordings),
        "seconds": round(header.seconds, 1),
        "format": header.sound_format,
        "channels": header.channels,
    }


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
    table = Table("name", "prior", "codes", "sound", "grains", "tags", "created", box=None)
    for row in map(_summary, entries):
        codes = "damaged" if row["error"] else f"{row['levels']} x {row['codebook_size']}"
        grains = _yes(row["grains_seconds"] is not None)
        tags, created = ", ".join(row["tags"]), row["created"][:10]
        add_plain_row(
            table, row["name"], _yes(row["prior"]), codes, row["sound"] or "", grains, tags, created
        )
    Console().print(table)
    # The folders, because whole paths would leave no room for the rest.
    for folder in dict.fromkeys(str(entry.path.parent) for entry in entries):
        tell(f"in {folder}")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _summary(entry: ModelEntry) -> dict[str, Any]:
    metadata = entry.metadata
    codec, grains = metadata.get("codec", {}), entry.grains
    return {
        "name": entry.name,
        "file": str(entry.path),
        "tags": metadata.get("tags", []),
        "created": metadata.get("created", ""),
        "prior": bool(metadata.get("prior")),
        "levels": codec.get("num_quantizers"),
        "codebook_size": codec.get("codebook_size"),
        "sound": None if entry.error else _sound(metadata),
        "grains_seconds": None if grains is None else round(grains.seconds, 1),
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
