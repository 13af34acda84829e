"""`distill-live models rename`, `import` and `delete`: a model's file, and what goes with it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from distill_live.atomic_file import atomic_file
from distill_live.commands.options import ForceOption, JsonOption, ModelArgument
from distill_live.commands.output import print_json, tell, warn
from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.file import is_old_file
from distill_live.models.file.header import read_model_bytes, rewrite_metadata, write_model_bytes
from distill_live.models.file.library import (
    draft_path,
    find_model,
    find_own_model,
    found_checkpoints,
    new_model_path,
)
from distill_live.models.grains.file import GrainFile, grains_path, require_codec
from distill_live.report.place import is_page, page_path


def rename(
    model: ModelArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="New name of the model.")],
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rename a model, together with its file, its grains, its report and the checkpoint of an
    interrupted training run."""
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
    """Copy a model file to your own models, together with its grains; one written by Distill v1.1
    is converted. The whole file is checked first, and stays unchanged."""
    source = find_model(file)
    path = new_model_path(name or source.stem, replace=force)
    if is_old_file(source):
        _convert(source, path)
        grains_path(path).unlink(missing_ok=True)
    else:
        header, content = read_model_bytes(source)
        write_model_bytes(path, header.metadata | {"name": path.stem}, content)
        _copy_grains(source, path, header.metadata.get("codec_sha256"))
    if as_json:
        print_json({"name": path.stem, "file": str(path)})
    else:
        tell(f"model: {path}")


def _copy_grains(source: Path, path: Path, codec_sha256: object) -> None:
    """Copy the grains beside a model, or say why they cannot be used; those of a model that was
    replaced must not stay."""
    old, new = grains_path(source), grains_path(path)
    if old.exists():
        try:
            require_codec(old, GrainFile(old).header, codec_sha256)
        except ModelFileError as error:
            warn(f"warning: {path.stem} is imported without its grains: {error}")
        else:
            with atomic_file(new) as temporary:
                shutil.copyfile(old, temporary)
            return
    new.unlink(missing_ok=True)


def _convert(old: Path, path: Path) -> None:
    from distill_live.models.file.persistence import load_model_v2, save_changed_model

    loaded = load_model_v2(old)
    save_changed_model(path, replace(loaded, metadata=loaded.metadata | {"name": path.stem}))


def delete(
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be deleted, and delete nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a model's file, its grains, its report and the checkpoint of an interrupted training
    run."""
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
    """What is beside a model's file and goes where it goes: its grains, its report, and what an
    interrupted training has left."""
    page = page_path(model)
    draft = draft_path(model)
    grains = grains_path(model)
    return [
        *([grains] if grains.exists() else []),
        *([page] if is_page(page) else []),
        *found_checkpoints(model),
        *([draft] if draft.exists() else []),
    ]
