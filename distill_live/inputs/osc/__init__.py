"""OSC over UDP."""

from distill_live.inputs.osc.endpoints import parse_endpoint
from distill_live.inputs.osc.packets import MalformedPacketError, build_message, read_packet
from distill_live.inputs.osc.reader import OscInput

__all__ = ["MalformedPacketError", "OscInput", "build_message", "parse_endpoint", "read_packet"]
