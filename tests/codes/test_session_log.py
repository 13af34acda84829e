from pathlib import Path

import pytest

from distill_live.codes.session_log import SessionLogWriter, read_session_log
from distill_live.errors import SessionLogError


def written(path: Path, *entries: dict[str, object]) -> Path:
    log = SessionLogWriter(path)
    log.write(entries)
    log.close()
    return path


def test_entries_come_back_as_they_were(tmp_path: Path) -> None:
    entries = [{"op": "set", "name": "gain", "value": 0.1}, {"op": "cut", "column": 3}]
    path = written(tmp_path / "new" / "take.log", *entries)
    assert list(read_session_log(path)) == entries


def test_every_write_is_on_the_disk_at_once(tmp_path: Path) -> None:
    log = SessionLogWriter(tmp_path / "take.log")
    log.write([{"op": "cut", "column": 3}])
    assert list(read_session_log(log.path)) == [{"op": "cut", "column": 3}]
    log.close()


def test_a_log_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "take.log", {"op": "cut", "column": 3})
    with pytest.raises(SessionLogError, match="already exists"):
        SessionLogWriter(path)
    assert list(read_session_log(path)) == [{"op": "cut", "column": 3}]


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "take.log", {"op": "one"}, {"op": "two"})
    path.write_bytes(path.read_bytes()[:-3])
    assert list(read_session_log(path)) == [{"op": "one"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", None),
        ("hello\n", "is not a session log"),
        ('{"format": "other"}\n', "is not a session log"),
        ('{"format": "distill-session", "format_version": 9}\n', "reads version 1"),
        ('{"format": "distill-session", "format_version": 1}\n{"op": 1}\n', "damaged at line 2"),
        ('{"format": "distill-session", "format_version": 1}\n{{{\n', "damaged at line 2"),
    ],
)
def test_what_is_not_a_log_is_refused(tmp_path: Path, content: str, said: str | None) -> None:
    path = tmp_path / "take.log"
    path.write_text(content)
    if said is None:
        assert list(read_session_log(path)) == []
        return
    with pytest.raises(SessionLogError, match=said):
        list(read_session_log(path))


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary"):
        with pytest.raises(SessionLogError, match="cannot read"):
            list(read_session_log(tmp_path / name))
