"""The prior of whole seconds, as a network, in steps and in a session."""

import numpy as np
import pytest
import torch

from distill_live.models.distill_v1.chunk_prior import ChunkPrior, ChunkPriorConfig
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import open_session, open_stepper, sample_code_sequence
from distill_live.models.prior.manner import MannerTable
from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.steering import UNSTEERED


@pytest.fixture(scope="module")
def prior(old_model: LoadedVQModel) -> ChunkPrior:
    assert isinstance(old_model.prior, ChunkPrior)
    return old_model.prior


def random_codes(*shape: int) -> torch.Tensor:
    return torch.randint(0, 12, shape, generator=torch.Generator().manual_seed(4))


@torch.inference_mode()
def test_logits_are_those_after_each_code_of_the_chunk(prior: ChunkPrior) -> None:
    codes = random_codes(2, 12)
    logits = prior(codes)
    assert logits.shape == (2, 12, 12)
    torch.testing.assert_close(logits[:, 1:], prior.next_logits(codes)[:, :-1])
    assert torch.equal(logits[:, 0], prior.first_logits.expand(2, -1))


@torch.inference_mode()
def test_no_code_is_looked_at_before_its_turn(prior: ChunkPrior) -> None:
    codes = random_codes(1, 12)
    logits = prior(codes)
    for position in range(12):
        other = codes.clone()
        other[0, position:] = (other[0, position:] + 1) % 12
        torch.testing.assert_close(prior(other)[0, : position + 1], logits[0, : position + 1])
        assert not torch.allclose(prior(other)[0, position + 1 :], logits[0, position + 1 :]) or (
            position == 11
        )


@torch.inference_mode()
def test_chunks_know_no_other_chunk(prior: ChunkPrior) -> None:
    codes = random_codes(2, 30)
    whole = prior(codes)
    torch.testing.assert_close(whole[:, 12:24], prior(codes[:, 12:24]))
    torch.testing.assert_close(whole[:, 24:], prior(codes[:, 24:]))


@torch.inference_mode()
def test_steps_give_the_logits_of_the_whole(prior: ChunkPrior) -> None:
    stepper = open_stepper(prior)
    cache = stepper.new_cache()
    for codes in random_codes(3, 12):
        draw = stepper.begin(cache, np.zeros((1, 12), np.int64), UNSTEERED)
        expected = prior(codes[None])[0]
        for position, code in enumerate(codes.tolist()):
            found = torch.from_numpy(draw.logits())
            torch.testing.assert_close(found, expected[position], atol=1e-5, rtol=1e-5)
            draw.accept(code)


def test_a_session_draws_a_whole_chunk_in_every_step(prior: ChunkPrior) -> None:
    session = open_session(prior, 5)
    grid = np.concatenate([session.step(Sampling()) for _ in range(6)])
    assert grid.shape == (6, 4, 3)
    assert session.column == 6
    assert session.entropy > 0
    assert len({chunk.tobytes() for chunk in grid}) > 1


def test_a_chunk_depends_on_seed_take_and_number_alone(prior: ChunkPrior) -> None:
    session, other = open_session(prior, 5), open_session(prior, 5)
    drawn = [session.step(Sampling()) for _ in range(5)]
    other.prime(np.zeros((3, 4, 3), np.int64))
    np.testing.assert_array_equal(other.step(Sampling()), drawn[3])
    session.rewind(2)
    np.testing.assert_array_equal(session.step(Sampling()), drawn[2])
    session.rewind(2)
    session.take = 1
    assert (session.step(Sampling()) != drawn[2]).any()
    flat = sample_code_sequence(prior, seed=5, columns=5).view(5, 4, 3).numpy()
    np.testing.assert_array_equal(flat, np.concatenate(drawn))


@torch.inference_mode()
def test_a_chunk_can_be_led_by_a_manner_and_given_codes(prior: ChunkPrior) -> None:
    codes = np.random.default_rng(1).integers(0, 3, (5, 4, 3))
    led = Sampling(manner=1.0, manner_table=MannerTable(codes, 12))
    assert open_session(prior, 5).step(led).max() < 3
    given = np.where(np.arange(12).reshape(4, 3) % 2, 7, -1)
    session = open_session(prior, 5)
    column = session.step(Sampling(), given)
    assert (column[0][given == 7] == 7).all()
    logits = torch.log_softmax(prior(torch.from_numpy(column.reshape(1, 12)))[0], -1)
    expected = logits[given.reshape(-1) == 7, 7].sum().item()
    assert session.log_likelihood == pytest.approx(expected, abs=1e-4)


def test_a_first_code_is_one_that_the_codec_uses(prior: ChunkPrior) -> None:
    session = open_session(prior, 0)
    first = [session.step(Sampling(temperature=1.0, top_p=0))[0, 0, 0] for _ in range(300)]
    used = np.bincount(first, minlength=12) / 300
    np.testing.assert_allclose(used, prior.first_logits.exp().numpy(), atol=0.1)


def test_settings_that_cannot_be_shared_out_are_refused() -> None:
    for wrong in ({"seq_len": 13}, {"hidden_size": 10}):
        with pytest.raises(ValueError, match="evenly"):
            ChunkPriorConfig(**{"num_quantizers": 3, "num_heads": 4, **wrong})
