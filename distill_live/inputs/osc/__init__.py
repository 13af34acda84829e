"""OSC over UDP."""

from distill_live.inputs.osc.endpoints import parse_endpoint
from distill_live.inputs.osc.reader import OscInput

__all__ = ["OscInput", "parse_endpoint"]
