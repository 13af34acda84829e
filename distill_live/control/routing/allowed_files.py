"""Which files a message may name: only those in folders that the performer has allowed.

A message has no password, and may come from another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from distill_live.errors import ParameterError

#: Requests that name a file, and which of their arguments it is; a model may also be a name.
FILE_REQUESTS = {"prime": 0, "model": 0, "clip/load": 1}


class AllowedFiles:
    """Lets requests name only files inside `folders`, after links and ".." are resolved.

    A path may be relative to the working folder or to one of `folders`.
    """

    def __init__(self, folders: Callable[[], Sequence[Path]]) -> None:
        self._folders = folders

    def check(self, name: str, arguments: tuple[object, ...]) -> tuple[object, ...]:
        """The arguments of a request, with a file's path resolved.

        Raises ParameterError for a file outside the folders, whether it exists or not.
        """
        place = FILE_REQUESTS.get(name)
        if place is None or len(arguments) <= place:
            return arguments
        given = str(arguments[place])
        try:
            found = self._find(given)
            if name == "model" and _is_name(given) and not (found and found.is_file()):
                return arguments
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ParameterError(f"{name}: {given[:200]!r} is not a path: {reason}") from error
        if found is None:
            folders = ", ".join(map(str, _distinct(self._folders())))
            raise ParameterError(
                f"{name} can only open files in these folders: {folders}; {given[:200]!r} is not "
                "in any of them: copy it there, or start with --clips FOLDER"
            )
        return (*arguments[:place], str(found), *arguments[place + 1 :])

    def _find(self, given: str) -> Path | None:
        """The file that is meant, or the path of a missing one; None if outside the folders."""
        folders = [folder.resolve() for folder in self._folders()]
        plain, *others = [(folder / given).resolve() for folder in (Path(), *folders)]
        inside = [path for path in (plain, *others) if any(map(path.is_relative_to, folders))]
        files = [path for path in inside if path.is_file()]
        return files[0] if files else plain if plain in inside else None


def _distinct(folders: Sequence[Path]) -> list[Path]:
    """The folders without those that an earlier path leads to as well."""
    found: dict[Path, Path] = {}
    for folder in folders:
        found.setdefault(folder.resolve(), folder)
    return list(found.values())


def _is_name(given: str) -> bool:
    """Whether this is a model's name rather than a path."""
    return "/" not in given and "\\" not in given and not Path(given).is_file()
