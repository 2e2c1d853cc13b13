"""Delivered against plan, as a small picture and as a row of characters."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from digest.report.values import BookingReport, DeliveryPoint

WIDTH, HEIGHT = 640, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 12, 14, 26
_BARS = "▁▂▃▄▅▆▇█"


def spark(points: Sequence[DeliveryPoint], width: int = 24) -> str:
    """Delivered so far over time as bars of one character; dates to come are dots. Empty without points."""
    if not points:
        return ""
    picked = [points[i * len(points) // width] for i in range(width)] if len(points) > width else list(points)
    picked[-1] = points[-1]
    top = max(1, *(max(p.delivered or 0, p.planned or 0) for p in points))
    return "".join("·" if p.delivered is None else _bar(p.delivered, top) for p in picked)


def _bar(value: int, top: int) -> str:
    return "_" if not value else _BARS[min(len(_BARS) - 1, value * len(_BARS) // (top + 1))]


def words(booking: BookingReport) -> str:
    """The chart in a sentence."""
    unit = booking.unit
    if booking.booked is None:
        unit = unit.removesuffix("s") if booking.delivered == 1 else unit
        return f"{booking.delivered:,} {unit} delivered; no number was booked."
    text = f"{booking.delivered:,} of {booking.booked:,} {unit} delivered"
    if booking.status == "finished":
        return f"{text}; {booking.short:,} short." if booking.short else f"{text}; complete."
    if booking.due is not None and booking.status == "running":
        return f"{text}; the plan wanted {booking.due:,} by now."
    return f"{text}."


def svg(booking: BookingReport) -> str:
    """The chart as inline SVG, colored by the page's variables; empty with fewer than two points."""
    points = booking.curve
    if len(points) < 2:
        return ""
    top = max(1, booking.booked or 0, *(max(p.delivered or 0, p.planned or 0) for p in points))
    scale = _Scale(len(points), top)
    plan = [(i, p.planned) for i, p in enumerate(points) if p.planned is not None]
    done = [(i, p.delivered) for i, p in enumerate(points) if p.delivered is not None]
    parts = [_axis(scale, points, top)]
    if plan:
        parts.append(f'<path class="plan" d="{_steps(scale, plan)}"/>')
    if done:
        line = _steps(scale, done)
        parts.append(
            f'<path class="area" d="{line} V{scale.y(0)} H{scale.x(0)} Z"/><path class="done" d="{line}"/>'
        )
        at, value = done[-1]
        parts.append(f'<circle class="now" cx="{scale.x(at)}" cy="{scale.y(value)}" r="3.5"/>')
    label = escape(f"{booking.line_item}: {words(booking)}", quote=True)
    return (
        f'<svg class="chart" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="xMidYMid meet"><title>{escape(words(booking))}</title>{"".join(parts)}</svg>'
    )


class _Scale:
    def __init__(self, count: int, top: int) -> None:
        self.count, self.top = count, top

    def x(self, number: int) -> str:
        return f"{_LEFT + (WIDTH - _LEFT - _RIGHT) * number / max(1, self.count - 1):.1f}"

    def y(self, value: int) -> str:
        return f"{HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / self.top:.1f}"


def _steps(scale: _Scale, values: Sequence[tuple[int, int]]) -> str:
    """A line that stays level until the date on which something is added."""
    first, value = values[0]
    return f"M{scale.x(first)},{scale.y(value)}" + "".join(
        f" H{scale.x(i)} V{scale.y(value)}" for i, value in values[1:]
    )


def _axis(scale: _Scale, points: Sequence[DeliveryPoint], top: int) -> str:
    right = WIDTH - _RIGHT
    lines = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{scale.y(value)}" y2="{scale.y(value)}"/>'
        f'<text x="{_LEFT - 6}" y="{scale.y(value)}" dy="0.32em" text-anchor="end">{_short(value)}</text>'
        for value in dict.fromkeys((0, top // 2, top))
    )
    ends = ((0, "start", points[0].date), (len(points) - 1, "end", points[-1].date))
    return lines + "".join(
        f'<text x="{scale.x(i)}" y="{HEIGHT - 6}" text-anchor="{anchor}">{day:%b} {day.day}</text>'
        for i, anchor, day in ends
    )


def _short(value: int) -> str:
    """A number in at most four characters: 800, 9.5k, 527k, 1.3M."""
    for least, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= least:
            share = value / least
            return f"{share:.0f}{unit}" if share >= 10 else f"{share:.1f}".removesuffix(".0") + unit
    return str(value)
