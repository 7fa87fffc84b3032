"""Writes test/fixtures/sky/known-pixels.json: pixels of the samples as astropy reads them, healpy places them on a Mollweide
map of the whole sky, and matplotlib colours them: linear, intensities (inferno) from the least to the greatest value, quantities
of both signs (berlin) symmetric about zero to the value farthest from it.

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
SAMPLES = HERE.parent.parent / "assets" / "samples"
OUT = HERE.parent / "fixtures" / "sky" / "known-pixels.json"


def known(file, column, unit, quantity):
    with fits.open(SAMPLES / file) as opened:
        header = opened[1].header
        assert header["ORDERING"] == "RING" and header[f"TUNIT{column}"] == unit
        values = np.asarray(opened[1].data.field(column - 1), dtype=np.float64).ravel()
    nside = hp.npix2nside(values.size)
    low, high = values.min(), values.max()
    if quantity != "I":
        high = max(-low, high)
        low = -high
    colours = colormaps["inferno" if quantity == "I" else "berlin"](np.arange(256))
    colours = (255 * colours[:, :3]).round().astype(int)
    # The value farthest from zero, others far from it (of intensities along the Galactic plane), and some spread over the sky.
    rng = np.random.default_rng(64)
    order = np.argsort(np.abs(values))[::-1]
    pixels = [int(order[0])] + [int(p) for p in rng.choice(order[1:80], 12, replace=False)]
    pixels += [int(p) for p in rng.choice(values.size, 12, replace=False)]
    rows = []
    for pixel in sorted(set(pixels)):
        l, b = hp.pix2ang(nside, pixel, lonlat=True)
        x, y = MollweideProj().vec2xy(hp.pix2vec(nside, pixel))
        part = (values[pixel] - low) / (high - low)
        rows.append({"pixel": pixel, "l_deg": float(l), "b_deg": float(b), "x": float(x), "y": float(y),
                     "value": float(values[pixel]), "colour": colours[min(255, int(256 * part))].tolist(),
                     "part": float(part)})
    return {"nside": nside, "pixels": rows}


WMAP = "wmap9-k-synchrotron-nside32.fits"
maps = {
    "haslam": known("haslam408-nside64.fits", 1, "K", "I"),
    "K band Q": known(WMAP, 1, "mK_RJ", "Q"),
    "K band U": known(WMAP, 2, "mK_RJ", "U"),
    "Faraday depth": known("faraday-depth-nside32.fits", 1, "rad/m2", "faraday_depth"),
}
OUT.write_text(json.dumps(maps, indent=1) + "\n")
print(OUT, {name: len(one["pixels"]) for name, one in maps.items()})
