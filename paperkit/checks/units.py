"""Units: what a number may measure, a table of dimensions, and which unit follows a number."""

from __future__ import annotations

import re

# One dimension a line: each unit with the factor to the dimension's first one. Add to the table
# what your field measures in.
_TABLE = """
time    s=1 sec=1 secs=1 second=1 seconds=1 秒=1 秒钟=1 ms=1e-3 msec=1e-3 millisecond=1e-3
time    milliseconds=1e-3 毫秒=1e-3 us=1e-6 μs=1e-6 microsecond=1e-6 microseconds=1e-6 微秒=1e-6
time    ns=1e-9 nanosecond=1e-9 nanoseconds=1e-9 纳秒=1e-9 min=60 mins=60 minute=60 minutes=60
time    分钟=60 h=3600 hr=3600 hrs=3600 hour=3600 hours=3600 小时=3600 个小时=3600 day=86400
time    days=86400 天=86400 week=604800 weeks=604800 周=604800 个星期=604800 month=2592000
time    months=2592000 个月=2592000
bytes   B=1 byte=1 bytes=1 字节=1 KB=1e3 kB=1e3 KiB=1e3 MB=1e6 MiB=1e6 GB=1e9 GiB=1e9 G=1e9
bytes   TB=1e12 TiB=1e12 PB=1e15
bits    bit=1 bits=1 比特=1 kbit=1e3 Mbit=1e6 Gbit=1e9
speed   bps=1 kbps=1e3 Mbps=1e6 Gbps=1e9
level   dB=1 分贝=1 dBm=1
rate    Hz=1 赫兹=1 kHz=1e3 MHz=1e6 GHz=1e9 THz=1e12 fps=1 FPS=1 帧每秒=1 帧/秒=1 f/s=1
length  m=1 meter=1 meters=1 metre=1 metres=1 米=1 cm=1e-2 centimeter=1e-2 centimeters=1e-2
length  厘米=1e-2 mm=1e-3 millimeter=1e-3 millimeters=1e-3 毫米=1e-3 μm=1e-6 um=1e-6 微米=1e-6
length  nm=1e-9 纳米=1e-9 km=1e3 kilometer=1e3 kilometers=1e3 公里=1e3 千米=1e3
angle   degree=1 degrees=1 deg=1 °=1 度=1
power   W=1 瓦=1 mW=1e-3 kW=1e3
energy  J=1 kJ=1e3 焦耳=1 eV=1.6e-19 keV=1.6e-16 MeV=1.6e-13 GeV=1.6e-10
mass    g=1 gram=1 grams=1 克=1 kg=1e3 kilogram=1e3 kilograms=1e3 公斤=1e3 千克=1e3 mg=1e-3
pixels  pixel=1 pixels=1 px=1 像素=1
"""


def _units() -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for line in _TABLE.strip().splitlines():
        dimension, *units = line.split()
        for unit in units:
            name, _, factor = unit.partition("=")
            found[name] = (dimension, float(factor))
    return found


UNITS = _units()
"""What each unit measures, with its factor."""

UNIT_NAMES = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_UNIT_STARTS = frozenset(name[0] for name in UNITS) | frozenset("帧fi")
_UNIT = re.compile(rf"(?:\s|-(?=[a-z]))?\s?(?P<unit>{UNIT_NAMES})(?![A-Za-z0-9]|(?<=米)制)")
_RATE = re.compile(r"\s?(?:frames?|images?) (?:per|a) second\b|\s?帧(?:每|/)秒")


def measured(text: str, end: int) -> tuple[str, float, int]:
    """Return what the number that ends at `end` measures, with its unit's factor and end.

    Where no unit follows that is what ("", 1, end) says.
    """
    if text[end : end + 3].lstrip(" \t\n\u3000-")[:1] not in _UNIT_STARTS:  # so nearly always
        return "", 1.0, end
    if rate := _RATE.match(text, end):
        return "rate", 1.0, rate.end()
    match = _UNIT.match(text, end)
    return (*UNITS[match["unit"]], match.end()) if match else ("", 1.0, end)


def is_unit(word: str) -> bool:
    """Return whether `word` is a unit as it is written ("dB", "FPS"), and thus no name."""
    return word in UNITS or word.lower() in ("fps", "hz", "khz", "mhz", "ghz", "db")
