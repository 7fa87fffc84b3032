"""Writes test/fixtures/sky/known-pixels.json: pixels of the Haslam sample as astropy reads them, healpy places them on a
Mollweide map of the whole sky, and matplotlib colours them (inferno, linear from the least to the greatest value).

Run with a Python that has test/tools/requirements.txt and matplotlib: python test/tools/make-known-pixels.py
"""

import json
from pathlib import Path

import healpy as hp
import numpy as np
from astropy.io import fits
from healpy.projector import MollweideProj
from matplotlib import colormaps

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent.parent / "assets" / "samples" / "haslam408-nside64.fits"
OUT = HERE.parent / "fixtures" / "sky" / "known-pixels.json"

with fits.open(SAMPLE) as file:
    header = file[1].header
    assert header["ORDERING"] == "RING" and header["TUNIT1"] == "K"
    values = np.asarray(file[1].data.field(0), dtype=np.float64).ravel()
nside = hp.npix2nside(values.size)
low, high = values.min(), values.max()
inferno = (255 * colormaps["inferno"](np.arange(256))[:, :3]).round().astype(int)

# The brightest pixel, bright ones along the Galactic plane, and some spread over the sky.
rng = np.random.default_rng(64)
order = np.argsort(values)[::-1]
pixels = [int(order[0])] + [int(p) for p in rng.choice(order[1:80], 12, replace=False)]
pixels += [int(p) for p in rng.choice(values.size, 12, replace=False)]
rows = []
for pixel in sorted(set(pixels)):
    l, b = hp.pix2ang(nside, pixel, lonlat=True)
    x, y = MollweideProj().vec2xy(hp.pix2vec(nside, pixel))
    part = (values[pixel] - low) / (high - low)
    colour = inferno[min(255, int(256 * part))].tolist()
    rows.append({"pixel": pixel, "l_deg": float(l), "b_deg": float(b), "x": float(x), "y": float(y),
                 "kelvin": float(values[pixel]), "colour": colour, "part": float(part)})
OUT.write_text(json.dumps({"nside": nside, "pixels": rows}, indent=1) + "\n")
print(OUT, len(rows), "pixels")
