"""Messages between processes."""

from multiprocessing import Pipe
from typing import get_args

import pytest

from distill_live.live.ipc import messages

CLASSES = [*get_args(messages.Message), messages.Request, messages.PartnerCodes]


@pytest.mark.parametrize("kind", CLASSES)
def test_a_message_arrives_as_it_was_sent(kind: type) -> None:
    ours, theirs = Pipe()
    message = kind(*["text"] * len(kind.__annotations__))
    ours.send(message)
    arrived = theirs.recv()
    assert type(arrived) is kind and vars(arrived) == vars(message)


def test_every_message_is_in_the_union_that_control_handles() -> None:
    found = [one for one in vars(messages).values() if isinstance(one, type)]
    assert {one for one in found if one.__module__ == messages.__name__} == set(CLASSES)
