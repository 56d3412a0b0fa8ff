# SPDX-License-Identifier: Apache-2.0
"""Horizontal bars as SVG, for bench_chart.py. Knows lengths and words, not what they stand for. Colours are CSS classes of the
page, so that the same drawing is readable in light and dark."""
import html
import math

WIDTH, ROW, BAR = 960, 28, 16
CLOSE_ROW, CLOSE_BAR, GAP = 18, 12, 9  # pairs of bars, and the room between two pairs
LABEL, VALUE, NOTE = 130, 76, 240  # columns: in front of the bars, and behind them
LEFT, RIGHT = LABEL + 12, WIDTH - VALUE - NOTE - 12


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{html.escape(str(words))}</text>'


def rect(x, y, width, height, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{kind}"/>'


def upright(x, top, bottom, kind):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" class="{kind}"/>'


def nice_step(most, about):
    """1, 2 or 5 times a power of ten, so that about that many steps make the whole."""
    raw = most / about
    power = 10 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)


def bars(rows, unit, goals=()):
    """`rows`: {"label", "segments": [(value, class)], "value": words, "note": words, and optionally "whisker": (least, most),
    "mark": a value, "pair": 0 or 1, the row's place in a pair}; `goals`: [(value, words)], lines across all rows."""
    ends = [sum(value for value, _ in row["segments"]) for row in rows] + [row["whisker"][1] for row in rows if "whisker" in row]
    most = max([*ends, *(value for value, _ in goals)], default=1) or 1
    step = nice_step(most, 6)
    most = math.ceil(most * 1.001 / step) * step
    top = 26 if goals else 6
    out, over = [], []

    def x(value):
        return LEFT + (RIGHT - LEFT) * max(value, 0) / most

    y = top
    for number, row in enumerate(rows):
        paired = "pair" in row
        y += GAP if paired and row["pair"] == 0 and number else 0
        height, bar = (CLOSE_ROW, CLOSE_BAR) if paired else (ROW, BAR)
        middle, upper = y + height / 2, y + (height - bar) / 2
        over.append(text(LABEL, middle + 4.5, row["label"], "label", "end"))
        at = 0.0
        for value, kind in row["segments"]:
            if value > 0:
                over.append(rect(x(at), upper, x(at + value) - x(at), bar, kind))
            at += max(value, 0)
        if "whisker" in row:
            least, greatest = (x(v) for v in row["whisker"])
            over.append(f'<path d="M{least:.1f} {middle:.1f}H{greatest:.1f}" class="whisker"/>')
            over += [upright(end, middle - 4, middle + 4, "whisker") for end in (least, greatest)]
        if "mark" in row:
            over.append(upright(x(row["mark"]), upper - 3, upper + bar + 3, "mark"))
        over.append(text(RIGHT + VALUE, middle + 4.5, row["value"], "value", "end"))
        over.append(text(RIGHT + VALUE + 12, middle + 4.5, row["note"], "note"))
        y += height
    bottom = y + 4
    for i in range(round(most / step) + 1):
        out.append(upright(x(i * step), top, bottom, "grid"))
        out.append(text(x(i * step), bottom + 16, f"{i * step:g}", "axis", "middle"))
    out.append(text(LABEL, bottom + 16, unit, "axis", "end"))
    for value, words in goals:
        over.append(upright(x(value), top - 4, bottom, "goal"))
        over.append(text(x(value), top - 9, words, "goal-words", "middle"))
    frame = f'<svg viewBox="0 0 {WIDTH} {bottom + 22}" role="img">'
    return frame + "".join(out + over) + "</svg>"


def legend(entries):
    """`entries`: [(class, words)]."""
    return ('<p class="legend">' + "".join(f'<span><svg viewBox="0 0 12 12"><rect width="12" height="12" class="{kind}"/></svg>'
                                           f'{html.escape(words)}</span>' for kind, words in entries) + "</p>")
