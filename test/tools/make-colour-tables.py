"""Writes shared/sky/colour-tables.ts from the tables of matplotlib and cmcrameri.

Run with a Python that has both: python test/tools/make-colour-tables.py
"""

from pathlib import Path

import matplotlib
import numpy as np
from cmcrameri import cm

OUT = Path(__file__).resolve().parents[2] / "shared" / "sky" / "colour-tables.ts"
PER_LINE = 92


def rgb(colormap):
    # By position, not by index: twilight has 510 colours.
    return np.round(colormap(np.linspace(0, 1, 256))[:, :3] * 255).astype(np.uint8)


tables = {name: rgb(matplotlib.colormaps[name]) for name in ["inferno", "viridis", "cividis", "twilight"]}
tables |= {"berlin": rgb(cm.berlin), "vik": rgb(cm.vik)}
tables["greys"] = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)

lines = [
    "/**",
    " * Colour tables: 256 colours as six hexadecimal digits each. Written by test/tools/make-colour-tables.py;",
    " * sources and licences in assets/colour-maps/README.md.",
    " */",
    "export const COLOUR_TABLES = {",
]
for name, table in tables.items():
    assert table.shape == (256, 3)
    text = table.tobytes().hex()
    parts = [text[i : i + PER_LINE] for i in range(0, len(text), PER_LINE)]
    lines.append(f"  {name}:")
    lines += [f"    '{part}'{' +' if i < len(parts) - 1 else ','}" for i, part in enumerate(parts)]
lines.append("} as const")
OUT.write_text("\n".join(lines) + "\n")
