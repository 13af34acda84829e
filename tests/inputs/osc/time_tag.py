"""Time tags for bundles that tests send."""

from distill_live.inputs.osc.time_tags import NTP_TO_UNIX


def to_time_tag(seconds: float) -> int:
    """The NTP time tag of a moment in seconds since 1970."""
    return round((seconds + NTP_TO_UNIX) * 2**32)
