"""Writes test/fixtures/healpix/healpy.json: values of healpy that the tests of shared/healpix compare with.

Run with a Python that has test/tools/requirements.txt: python test/tools/make-healpix-fixtures.py
"""

import json
from pathlib import Path

import healpy as hp
import numpy as np

OUT = Path(__file__).resolve().parent.parent / "fixtures" / "healpix" / "healpy.json"
rng = np.random.default_rng(20240408)


def interesting_pixels(nside):
    """Poles, both sides of each cap/belt transition, the equator, ring ends and some at random."""
    npix, cap = 12 * nside**2, 2 * nside * (nside - 1)
    picks = [0, 1, 2, 3, 4, 11, cap - 1, cap, cap + 1, cap + 4 * nside - 1, cap + 4 * nside]
    picks += [npix // 2 - 1, npix // 2, npix // 2 + 2 * nside]
    picks += [npix - 1 - p for p in picks] + rng.integers(0, npix, 12).tolist()
    return sorted({int(p) for p in picks if 0 <= p < npix})


def pixels():
    rows = []
    for nside in [1, 2, 4, 8, 32, 64, 128, 1024, 4096, 8192, 3, 7, 100, 5000]:
        nested = nside & (nside - 1) == 0
        for pix in interesting_pixels(nside):
            theta, phi = hp.pix2ang(nside, pix)
            row = {"nside": nside, "ring": pix, "theta": theta, "phi": phi}
            row["vec"] = [float(v) for v in hp.pix2vec(nside, pix)]
            if nested:
                row["nest"] = int(hp.ring2nest(nside, pix))
                row["neighbours_nest"] = hp.get_all_neighbours(nside, row["nest"], nest=True).tolist()
            row["neighbours_ring"] = hp.get_all_neighbours(nside, pix).tolist()
            rows.append(row)
    return rows


def points():
    """Directions in general position, close to the poles and close to the transitions."""
    near = [1e-9, 1e-6, 1e-3, 0.02, 0.3]
    transition = np.arccos(2 / 3)
    thetas = near + [np.pi - t for t in near] + [0.0, np.pi]
    thetas += [transition - 1e-9, transition + 1e-9, np.pi - transition - 1e-9, np.pi - transition + 1e-9]
    thetas += rng.uniform(0, np.pi, 24).tolist()
    rows = []
    for theta in thetas:
        phi = float(rng.uniform(-10, 10))
        for nside in [1, 2, 16, 128, 8192, 5]:
            pixels, weights = hp.get_interp_weights(nside, theta, phi)
            rows.append({
                "nside": nside, "theta": float(theta), "phi": phi,
                "ring": int(hp.ang2pix(nside, theta, phi)),
                "interpolation_pixels": pixels.tolist(), "interpolation_weights": weights.tolist(),
            })
            if nside & (nside - 1) == 0:
                rows[-1]["nest"] = int(hp.ang2pix(nside, theta, phi, nest=True))
    return rows


def discs():
    """Discs with the centre-inside set, healpy's inclusive set and the pixels that truly overlap."""
    rows = []
    for nside in [1, 2, 8, 16]:
        centres = [[0, 0, 1], [0, 0, -1], [1, 0.02, 0.01]] + rng.normal(size=(4, 3)).tolist()
        for centre in centres:
            vec = np.array(centre) / np.linalg.norm(centre)
            for radius in [0.0, 0.03, 0.2, 0.9, 2.5, 3.1415926]:
                fine = nside * 64
                # Edges and insides of the pixels, densely sampled: what the disc reaches at least.
                inside = hp.query_disc(fine, vec, radius, nest=True) // 64**2
                overlap = np.unique(np.append(inside, hp.vec2pix(nside, *vec, nest=True)))
                rows.append({
                    "nside": nside, "vec": vec.tolist(), "radius": radius,
                    "centres": hp.query_disc(nside, vec, radius).tolist() if nside < 16 or radius < 1 else None,
                    "inclusive_count": len(hp.query_disc(nside, vec, radius, inclusive=True, fact=4)),
                    "overlap": sorted(hp.nest2ring(nside, overlap).tolist()) if nside < 16 else None,
                })
    nside, vec, radius = 8192, hp.ang2vec(1.2, 3.4), 2e-4
    rows.append({
        "nside": nside, "vec": vec.tolist(), "radius": radius,
        "centres": hp.query_disc(nside, vec, radius).tolist(),
        "inclusive_count": len(hp.query_disc(nside, vec, radius, inclusive=True, fact=4)), "overlap": None,
    })
    return rows


def resolution():
    """healpy's ud_grade with bad pixels: mean of the good children (healpy keeps any good child)."""
    rows = []
    for ordering in ["RING", "NESTED"]:
        values = np.round(rng.normal(10, 3, 12 * 8**2), 3)
        bad = rng.random(values.size) < 0.4
        values[bad] = hp.UNSEEN
        upgraded = hp.ud_grade(values, 16, order_in=ordering, order_out=ordering)
        rows.append({
            "ordering": ordering, "nside": 8, "map": [None if b else v for v, b in zip(values.tolist(), bad)],
            "degraded": {str(n): [None if v == hp.UNSEEN else v for v in
                                  hp.ud_grade(values, n, order_in=ordering, order_out=ordering).tolist()]
                         for n in [4, 2, 1]},
            # One number that depends on every pixel and its place: sum of value x pixel number.
            "upgraded_16_moment": float(np.sum(upgraded * np.arange(upgraded.size), where=upgraded != hp.UNSEEN)),
        })
    return rows


def polygons():
    """Corners (longitude, latitude in degrees) and the pixels whose centres are inside; the arrow as two triangles."""
    rows = []
    shapes = [
        [[[30, 10], [60, 20], [45, 50]]],
        [[[350, -20], [20, -25], [15, 30], [340, 25]]],
        [[[0, 70], [90, 75], [180, 72], [270, 65]]],
        [[[120, -80], [200, -60], [160, -30]]],
        [[[170, 0], [200, -30], [190, 0]], [[170, 0], [190, 0], [200, 30]]],
    ]
    for nside in [4, 32, 128]:
        for parts in shapes:
            inside = set()
            for corners in parts:
                vectors = hp.ang2vec(*np.array(corners, dtype=float).T, lonlat=True)
                inside |= set(hp.query_polygon(nside, vectors).tolist())
            corners = parts[0] if len(parts) == 1 else parts[0] + parts[1][-1:]
            pixels = np.array(sorted(inside))
            # Runs of neighbouring numbers: first, and one past the last.
            breaks = np.flatnonzero(np.diff(pixels) > 1)
            starts = pixels[np.append(0, breaks + 1)] if len(pixels) else []
            ends = pixels[np.append(breaks, len(pixels) - 1)] + 1 if len(pixels) else []
            rows.append({"nside": nside, "corners": corners,
                         "runs": [[int(a), int(b)] for a, b in zip(starts, ends)]})
    return rows


data = {
    "healpy": hp.__version__,
    "max_pixel_radius": {str(n): float(hp.max_pixrad(n)) for n in [1, 2, 16, 64, 8192]},
    "pixels": pixels(), "points": points(), "discs": discs(), "resolution": resolution(),
    "polygons": polygons(),
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(data, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size, "bytes")
