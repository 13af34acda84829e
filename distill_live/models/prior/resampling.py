"""Draws a region of a stream again, so that it joins what comes after it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, NamedTuple

import numpy as np

from distill_live.codes.selection import Region
from distill_live.models.prior.sampling import Sampling, column_uniforms, draw_code
from distill_live.models.prior.session import Grid, PriorSession

#: How many columns after a region are asked how well it joins, at most: 2 s of 85 ms columns.
FOLLOWING_COLUMNS = 24

#: Which take is kept: the likeliest, or one drawn by how likely each of them is.
Choice = Literal["likeliest", "weighted"]


class Takes(NamedTuple):
    """The columns `[end - start, F, Q]` of the take that was kept, its number, and the
    log-likelihood of each take in nats."""

    codes: Grid
    kept: int
    log_likelihoods: tuple[float, ...]


def draw_takes(
    session: PriorSession,
    codes: Grid,
    region: Region,
    sampling: Sampling,
    takes: int = 8,
    choice: Choice = "likeliest",
) -> Generator[None, None, Takes]:
    """Draw a region of `codes` `[T, F, Q]` several times and keep one take; with the pauses of
    `PriorSession.steps`. The session must be new, apart from its settings.

    Each take is exactly what the prior plays after the columns before the region, with `sampling`,
    the session's seed and the take's number; cells that are not drawn are given to it. A take's
    log-likelihood is that of all codes it did not draw but was followed by: the given cells within
    the region, and the columns after it, FOLLOWING_COLUMNS at most and none that the prior draws
    without looking back to the region. If there are none, it is 0 for every take.

    The "likeliest" take joins best; of equals, the first. With more takes it never becomes less
    likely, but it is no draw from what the prior would play between the two sides: it prefers what
    makes the rest least surprising. A "weighted" choice draws a take in proportion to its
    likelihood: sampling importance resampling (Rubin, "Using the SIR algorithm to simulate
    posterior distributions", 1988). With many takes, that comes as close as you like to a draw of
    the region given both sides, up to the last column asked; what `sampling` does, except for
    steering, concerns the codes that are drawn, not how likely the rest is.
    """
    found, log_likelihoods = [], []
    for number in range(takes):
        _return_to(session, codes, region.start)
        session.take = number
        columns, log_likelihood = yield from _draw_take(session, codes, region, sampling)
        found.append(columns)
        log_likelihoods.append(log_likelihood)
    (uniform,) = column_uniforms(session.seed, takes, region.start, 1)
    kept = choose_take(log_likelihoods, choice, uniform)
    return Takes(found[kept], kept, tuple(log_likelihoods))


def choose_take(log_likelihoods: list[float], choice: Choice, uniform: float) -> int:
    """The take to keep, by the log-likelihood of each of them; `uniform` is a number in [0, 1)."""
    best = int(np.argmax(log_likelihoods))
    if choice == "likeliest" or not np.isfinite(log_likelihoods[best]):
        return best
    weights = np.exp(np.array(log_likelihoods) - log_likelihoods[best])
    return draw_code(weights / weights.sum(), uniform)


def _return_to(session: PriorSession, codes: Grid, start: int) -> None:
    """Let a session continue from the columns before `start`."""
    if session.oldest <= start <= session.column:
        session.rewind(start)
    else:
        session.restart()
        session.prime(codes[:start])


def _draw_take(
    session: PriorSession, codes: Grid, region: Region, sampling: Sampling
) -> Generator[None, None, tuple[Grid, float]]:
    """One take of the region's columns, and the log-likelihood of what it did not draw."""
    drawn = region.bands[:, None] & region.levels
    log_likelihood = 0.0
    columns = []
    for column in codes[region.start : region.end]:
        given = np.where(drawn, -1, column)
        columns.append((yield from session.steps(sampling, given)))
        log_likelihood += session.log_likelihood
    for column in codes[region.end : region.end + FOLLOWING_COLUMNS]:
        if session.context_start(session.column) >= region.end:
            break
        yield from session.steps(sampling, column)
        log_likelihood += session.log_likelihood
    return np.concatenate(columns), log_likelihood
