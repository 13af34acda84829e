import io

from distill_live.audio.reading.byte_view import ByteView, FileBytes


def test_pieces_are_read_as_one_file() -> None:
    source = FileBytes(io.BytesIO(b"0123456789"))
    view = ByteView(source, [b"ab", (2, 5), b"c", (8, 10)])
    assert view.read() == b"ab234c89"
    assert (view.seek(1), view.read(3), view.tell()) == (1, b"b23", 4)
    assert (view.seek(-1, 2), view.read(), view.read(5)) == (7, b"9", b"")
    assert (view.seek(2), view.seek(2, 1)) == (2, 4)


def test_bytes_are_found_across_the_borders_of_windows() -> None:
    content = bytearray(3 << 20)
    content[(1 << 20) - 2 : (1 << 20) + 2] = b"mark"
    source = FileBytes(io.BytesIO(bytes(content)))
    assert source.find(b"mark", 0) == (1 << 20) - 2
    assert source.find(b"mark", 1 << 20) == -1
    assert source.at((1 << 20) - 2, 4) == b"mark"


def test_a_disk_that_fails_is_remembered_and_ends_the_file() -> None:
    class Unplugged(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    view = ByteView(FileBytes(Unplugged(b"0123")), [(0, 4)])
    assert view.read() == b""
    assert view.error is not None
    assert view.error.strerror == "Input/output error"
