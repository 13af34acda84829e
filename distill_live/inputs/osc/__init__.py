"""OSC over UDP and TCP."""

from distill_live.inputs.osc.endpoints import AllowedHosts, ReachedAt, parse_endpoint
from distill_live.inputs.osc.packets import (
    MalformedPacketError,
    Message,
    build_message,
    read_packet,
)
from distill_live.inputs.osc.reader import OscInput
from distill_live.inputs.osc.tcp import SharedPort
from distill_live.inputs.osc.time_tags import TimeTagMode, TimeTags

__all__ = [
    "AllowedHosts",
    "MalformedPacketError",
    "Message",
    "OscInput",
    "ReachedAt",
    "SharedPort",
    "TimeTagMode",
    "TimeTags",
    "build_message",
    "parse_endpoint",
    "read_packet",
]
