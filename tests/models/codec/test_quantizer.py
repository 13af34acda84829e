import subprocess
import sys

import pytest
import torch

from distill_live.models.codec.quantizer import LearningConfig, ResidualCodebooks


@pytest.fixture
def quantizer() -> ResidualCodebooks:
    torch.manual_seed(0)
    books = ResidualCodebooks(num_quantizers=3, codebook_size=16, size=4)
    scale = torch.tensor([1.0, 0.3, 0.1])[:, None, None]
    books.codebooks.copy_(torch.randn(3, 16, 4) * scale)
    return books.eval()


def clusters(count: int = 512) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(12, 4, generator=generator)
    chosen = torch.randint(12, (count,), generator=generator)
    return (centres[chosen] + 0.05 * torch.randn(count, 4, generator=generator))[None]


def test_looking_up_adds_one_vector_per_level(quantizer: ResidualCodebooks) -> None:
    codes = torch.tensor([[[3, 0, 15], [1, 2, 3]]])
    books = quantizer.codebooks
    expected = torch.stack([books[0, 3] + books[1, 0] + books[2, 15],
                            books[0, 1] + books[1, 2] + books[2, 3]])  # fmt: skip
    torch.testing.assert_close(quantizer.lookup(codes), expected[None])


def test_each_level_takes_the_nearest_to_what_is_left(quantizer: ResidualCodebooks) -> None:
    vectors = torch.randn(5, 4)
    codes = quantizer.encode(vectors)
    left = vectors
    for level in range(3):
        nearest = torch.cdist(left, quantizer.codebooks[level]).argmin(dim=-1)
        assert codes[:, level].tolist() == nearest.tolist()
        left = left - quantizer.codebooks[level][nearest]


def test_a_vector_of_the_first_level_alone_is_found_again(quantizer: ResidualCodebooks) -> None:
    codes = quantizer.encode(quantizer.codebooks[0])
    assert codes[:, 0].tolist() == list(range(16))


def test_forward_gives_quantized_vectors_and_lets_gradients_through(
    quantizer: ResidualCodebooks,
) -> None:
    vectors = torch.randn(2, 5, 4, requires_grad=True)
    quantized, codes, loss = quantizer(vectors)
    torch.testing.assert_close(quantized, quantizer.lookup(codes))
    torch.testing.assert_close(loss, (vectors - quantized).square().mean())
    quantized.sum().backward()
    torch.testing.assert_close(vectors.grad, torch.ones(2, 5, 4))


def test_learning_fits_the_codebooks_to_the_vectors() -> None:
    torch.manual_seed(0)
    quantizer = ResidualCodebooks(num_quantizers=2, codebook_size=16, size=4)
    quantizer.start_learning(LearningConfig(), vectors_per_step=512)
    vectors = clusters()
    for _ in range(20):
        quantizer(vectors)
    quantizer.finish_learning()
    assert quantizer.learner is None
    left = vectors - quantizer.lookup(quantizer.encode(vectors))
    assert float(left.square().mean()) < 0.05**2
    assert len(quantizer.encode(vectors)[0, :, 0].unique()) >= 12


def test_learning_and_playing_agree_on_codes_and_vectors() -> None:
    torch.manual_seed(0)
    quantizer = ResidualCodebooks(num_quantizers=3, codebook_size=16, size=4)
    quantizer.start_learning(LearningConfig(), vectors_per_step=512)
    vectors = clusters()
    for _ in range(5):
        quantizer(vectors)
    learner = quantizer.learner.eval()
    quantized, codes, _ = learner(vectors)
    quantizer.finish_learning()
    assert torch.equal(quantizer.encode(vectors), codes)
    torch.testing.assert_close(quantizer.lookup(codes), quantized)


def test_a_dead_code_comes_back_to_life() -> None:
    torch.manual_seed(0)
    quantizer = ResidualCodebooks(num_quantizers=1, codebook_size=16, size=4)
    quantizer.start_learning(LearningConfig(), vectors_per_step=512)
    quantizer(clusters())
    book = quantizer.learner.layers[0]._codebook
    book.embed.data[0, 3] = 1e3
    book.embed_avg.data[0, 3] = 1e3 * book.cluster_size[0, 3]
    for _ in range(60):
        quantizer(clusters())
    quantizer.sync()
    assert float(quantizer.codebooks[0, 3].abs().max()) < 10


def test_learning_continues_from_the_codebooks_as_they_are(quantizer: ResidualCodebooks) -> None:
    usage = torch.full((3, 16), 1 / 16)
    before = quantizer.codebooks.clone()
    quantizer.start_learning(LearningConfig(dead_share=0.0), vectors_per_step=160, usage=usage)
    quantizer.sync()
    assert torch.equal(quantizer.codebooks, before)
    quantizer.train()(before[:1])
    quantizer.sync()
    moved = (quantizer.codebooks - before).abs().max()
    assert 0 < float(moved) < 0.05 * float(before.abs().max())


def test_a_code_that_was_never_used_is_free_for_something_new(
    quantizer: ResidualCodebooks,
) -> None:
    usage = torch.full((3, 16), 1 / 15)
    usage[0, 7] = 0
    quantizer.start_learning(LearningConfig(), vectors_per_step=160, usage=usage)
    far = torch.full((1, 40, 4), 9.0)
    quantizer.train()(far)
    quantizer.sync()
    torch.testing.assert_close(quantizer.codebooks[0, 7], far[0, 0])


def test_playing_does_not_import_the_library_that_learns() -> None:
    code = (
        "import sys, distill_live.models.codec.vqvae; "
        "assert 'vector_quantize_pytorch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
