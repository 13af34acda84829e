import numpy as np

from distill_live.live.playback.high_pass import HighPass


def test_it_equals_its_recursion_and_removes_an_offset() -> None:
    block = HighPass(5.0)
    out = np.concatenate([block.process(np.full(777, 0.5, np.float32)) for _ in range(100)])
    assert abs(out[-1]) < 1e-3
    expected, last_in, last_out = [], 0.0, 0.0
    for _ in range(3000):
        last_out = 0.5 - last_in + block.pole * last_out
        last_in = 0.5
        expected.append(last_out)
    np.testing.assert_allclose(out[:3000], expected, atol=1e-6)


def test_a_corner_in_the_bass_is_computed_as_exactly() -> None:
    block = HighPass(200.0)
    samples = np.random.default_rng(0).standard_normal(5_000).astype(np.float32)
    expected, last_in, last_out = [], 0.0, 0.0
    for sample in samples.tolist():
        last_out = sample - last_in + block.pole * last_out
        last_in = sample
        expected.append(last_out)
    np.testing.assert_allclose(block.process(samples), expected, atol=1e-5)


def test_two_channels_are_filtered_as_each_would_be() -> None:
    sound = np.random.default_rng(0).standard_normal((3, 2_500, 2)).astype(np.float32)
    both, left, right = (HighPass(200.0) for _ in range(3))
    for block in sound:
        alone = [left.process(block[:, 0]), right.process(block[:, 1])]
        np.testing.assert_array_equal(both.process(block), np.stack(alone, axis=1))
