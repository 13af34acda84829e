"""Reading a pickle of PyTorch without unpickling it.

Its instructions are followed one by one on plain values. Those that would call something only leave
a note of what they would have called, so nothing in the pickle can run.
"""

from __future__ import annotations

import io
import pickletools
from typing import Any, NamedTuple

#: Bytes of one number, by the name of the storage that holds it.
NUMBER_BYTES = {"FloatStorage": 4, "LongStorage": 8, "BoolStorage": 1}
#: All that such a pickle has any reason to name.
_KNOWN = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    *(f"torch {name}" for name in NUMBER_BYTES),
}
_NOTHING = object()


class Tensor(NamedTuple):
    """A tensor that the pickle describes: numbers of a kind, in a member of the zip."""

    storage: str
    member: str
    numbers: int
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Name(NamedTuple):
    """The name of a class or a function, as "module name"."""

    name: str


class InertPickle:
    """Follows a pickle's instructions on a stack of plain values; calls nothing.

    `strange` are the names in it that a model's pickle does not need. Raises ValueError for an
    instruction that PyTorch does not write, and whatever a list raises that is asked for too much.
    """

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self.strange: set[str] = set()

    def read(self, pickled: bytes) -> Any:
        """The value that the pickle is of."""
        for opcode, argument, _ in pickletools.genops(io.BytesIO(pickled)):
            if opcode.name == "STOP":
                return self._stack.pop()
            if (plain := _plain_value(opcode.name, argument)) is not _NOTHING:
                self._stack.append(plain)
            else:
                self._follow(opcode.name, argument)
        raise ValueError("no end")

    def _follow(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                self._marks.append(stack)
                self._stack = []
            case "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                count = int(name[-1])
                stack[-count:] = [tuple(stack[-count:])]
            case "TUPLE":
                self._stack = self._marks.pop()
                self._stack.append(tuple(stack))
            case "APPEND":
                item = stack.pop()
                stack[-1].append(item)
            case "APPENDS":
                self._stack = self._marks.pop()
                self._stack[-1].extend(stack)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                _put(stack[-1], key, value)
            case "SETITEMS":
                self._stack = self._marks.pop()
                for key, value in zip(stack[::2], stack[1::2], strict=True):
                    _put(self._stack[-1], key, value)
            case _:
                self._follow_call(name, argument)

    def _follow_call(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "GLOBAL":
                stack.append(self._named(argument))
            case "STACK_GLOBAL":
                stack[-2:] = [self._named(" ".join(stack[-2:]))]
            case "BINPERSID":
                stack.append(stack.pop())
            case "REDUCE" | "NEWOBJ":
                arguments = stack.pop()
                stack.append(_made(stack.pop(), arguments))
            case "BUILD":
                stack.pop()  # attributes: PyTorch's notes on a table of weights
            case _:
                raise ValueError(f"instruction {name}")

    def _named(self, name: str) -> _Name:
        if name not in _KNOWN:
            self.strange.add(name.replace(" ", "."))
        return _Name(name)


def _put(table: Any, key: Any, value: Any) -> None:
    """Set an entry. Of tuples in tuples even the hash can take for ever: no key is one."""
    if not isinstance(key, str | int) or not isinstance(table, dict | None):
        raise ValueError("an invalid entry")
    if table is not None:
        table[key] = value


def _plain_value(name: str, argument: Any) -> Any:
    """The value that an instruction pushes, or _NOTHING if it does something else."""
    match name:
        case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
            return argument
        case "BINUNICODE" | "SHORT_BINUNICODE":
            return argument
        case "NEWTRUE" | "NEWFALSE":
            return name == "NEWTRUE"
        case "NONE":
            return None
        case "EMPTY_DICT":
            return {}
        case "EMPTY_LIST":
            return []
        case "EMPTY_TUPLE":
            return ()
        case _:
            return _NOTHING


def _made(function: Any, arguments: Any) -> Any:
    """What stands for a call's result: a table, a tensor's description, or nothing."""
    if function == _Name("collections OrderedDict"):
        return {}
    if function == _Name("torch._utils _rebuild_tensor_v2"):
        storage, offset, shape, stride = arguments[:4]
        kind, numbers_of, member, _, numbers = storage
        whole = (offset, numbers, *shape, *stride)
        sensible = kind == "storage" and isinstance(member, str) and len(shape) == len(stride)
        if not sensible or not all(isinstance(n, int) and n >= 0 for n in whole):
            raise ValueError("an invalid tensor")
        name = numbers_of.name.removeprefix("torch ")
        return Tensor(name, member, numbers, offset, tuple(shape), tuple(stride))
    return None
