"""Stacked bars of milliseconds by stage, as SVG."""

from xml.sax.saxutils import escape

STAGES = {
    "decode": ("decoding", "#3b6ea8"),
    "detector": ("face detection", "#d98c3f"),
    "landmarks": ("landmarks", "#5a9a68"),
    "masks": ("person and class masks", "#a65c7a"),
    "checks": ("measuring and judging", "#8a8a8a"),
}
WIDTH, LEFT, RIGHT, BAR, STEP = 860, 150, 90, 22, 30


def draw(groups):
    """`groups`: (title, [(who, {stage: ms})]); one scale for all."""
    most = max(sum(stages.values()) for _, bars in groups for _, stages in bars)
    scale = (WIDTH - LEFT - RIGHT) / most
    parts, y = [], 66
    text = lambda x, y, words, more="": parts.append(f'<text x="{x:.1f}" y="{y}"{more}>{escape(words)}</text>')
    text(16, 26, "CPU milliseconds a photo, by stage", ' class="title"')
    x = 16
    for words, colour in STAGES.values():
        parts.append(f'<rect x="{x}" y="38" width="12" height="12" fill="{colour}"/>')
        text(x + 17, 49, words)
        x += 34 + 7 * len(words)
    for title, bars in groups:
        y += 26
        text(16, y - 6, title, ' class="group"')
        for who, stages in bars:
            text(LEFT - 8, y + 16, who, ' text-anchor="end"')
            x = float(LEFT)
            for stage, (words, colour) in STAGES.items():
                width = stages.get(stage, 0.0) * scale
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}">'
                    f"<title>{escape(who)}, {words}: {stages.get(stage, 0.0):.1f} ms</title></rect>"
                )
                x += width
            text(x + 6, y + 16, f"{sum(stages.values()):.0f} ms", ' class="total"')
            y += STEP
    style = "text{font:13px sans-serif;fill:#222}.title{font-size:16px;font-weight:bold}.group,.total{font-weight:bold}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" width="{WIDTH}" height="{y + 10}">\n'
        f"<style>{style}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + "\n".join(parts) + "\n</svg>\n"
    )
