"""Writes test/fixtures/sky/reference.json: values of astropy, healpy, scipy and matplotlib for shared/sky.

Run with a Python that has test/tools/requirements.txt and matplotlib: python test/tools/make-sky-fixtures.py
"""

import json
from pathlib import Path

import astropy.units as u
import healpy as hp
import numpy as np
from astropy.coordinates import FK5, BarycentricMeanEcliptic, FK4NoETerms, Galactic, SkyCoord
from healpy.projector import CartesianProj, GnomonicProj, MollweideProj, OrthographicProj
from matplotlib import colors
from scipy import constants

OUT = Path(__file__).resolve().parent.parent / "fixtures" / "sky" / "reference.json"
rng = np.random.default_rng(408)

FRAMES = {
    "galactic": Galactic(),
    "equatorial-J2000": FK5(equinox="J2000"),
    "equatorial-B1950": FK4NoETerms(equinox="B1950", obstime="B1950"),
    "ecliptic": BarycentricMeanEcliptic(equinox="J2000"),
}


def directions(count):
    lon = np.concatenate([[0, 180, 266.4, 10, 359.9999], rng.uniform(0, 360, count)])
    lat = np.concatenate([[0, 0, -28.9, 89.999, -89.9], np.degrees(np.arcsin(rng.uniform(-1, 1, count)))])
    return lon, lat


def angles_of(coordinate):
    unit = coordinate.represent_as("unitspherical")
    return unit.lon.deg, unit.lat.deg


def frames():
    rows = []
    lon, lat = directions(6)
    for source, source_frame in FRAMES.items():
        for target, target_frame in FRAMES.items():
            if source == target:
                continue
            points = SkyCoord(lon * u.deg, lat * u.deg, frame=source_frame)
            new_lon, new_lat = angles_of(points.transform_to(target_frame))
            # The change of polarisation angle: where the old pole lies, seen from the point in the new frame.
            pole = angles_of(SkyCoord(0 * u.deg, 90 * u.deg, frame=source_frame).transform_to(target_frame))
            moved = SkyCoord(new_lon * u.deg, new_lat * u.deg)
            psi = moved.position_angle(SkyCoord(pole[0] * u.deg, pole[1] * u.deg)).rad
            for row in zip(lon, lat, new_lon, new_lat, psi):
                rows.append({"from": source, "to": target, **dict(zip(["lon", "lat", "new_lon", "new_lat", "psi"], map(float, row)))})
    return rows


def healpy_frames():
    rows = []
    names = {"G": "galactic", "C": "equatorial-J2000", "E": "ecliptic"}
    for a in names:
        for b in names:
            if a != b:
                rows.append({"from": names[a], "to": names[b], "matrix": hp.Rotator(coord=[a, b]).mat.flatten().tolist()})
    return rows


def rotated_map():
    nside = 16
    theta, phi = hp.pix2ang(nside, np.arange(12 * nside**2))
    smooth = 3 + np.cos(theta) + 0.5 * np.sin(theta) ** 2 * np.cos(2 * phi) + 0.2 * np.sin(3 * theta) * np.sin(phi)
    rotated = hp.Rotator(coord=["C", "G"]).rotate_map_pixel(smooth)
    pixels = list(range(0, 12 * nside**2, 97))
    return {"nside": nside, "from": "equatorial-J2000", "to": "galactic", "pixels": pixels, "values": rotated[pixels].tolist()}


def projections():
    rows = []
    lon, lat = directions(12)
    vec = np.array(hp.ang2vec(lon, lat, lonlat=True)).T
    for view in [(0, 0, 0), (120, 30, 0), (200, -60, 40)]:
        made = {
            "mollweide": (MollweideProj(rot=view), 1),
            "orthographic": (OrthographicProj(rot=view, half_sky=True), 1),
            "gnomonic": (GnomonicProj(rot=view, xsize=1000, reso=1), 1),
            "plate-carree": (CartesianProj(rot=view), 90),
        }
        for name, (projector, scale) in made.items():
            for i in range(lon.size):
                x, y = projector.vec2xy(vec[:, i])
                shown = np.isfinite(float(x)) and np.isfinite(float(y))
                if name == "gnomonic":
                    shown = shown and np.dot(hp.Rotator(rot=view, deg=True)(vec[:, i]), [1, 0, 0]) > 0
                rows.append({
                    "projection": name, "view": list(view), "lon": float(lon[i]), "lat": float(lat[i]),
                    "x": float(x) / scale if shown else None, "y": float(y) / scale if shown else None,
                })
    return rows


def units():
    """Factors to Rayleigh-Jeans kelvin from the definitions, T0 = 2.7255 K, numerical differentiation-free."""
    rows = []
    h, k, c, t0 = constants.h, constants.k, constants.c, 2.7255
    for ghz in [0.408, 1.42, 2.4, 9.99, 22.8, 30, 61, 353]:
        nu = ghz * 1e9
        x = h * nu / (k * t0)
        rj_over_cmb = x**2 * np.exp(x) / np.expm1(x) ** 2
        rows.append({"frequency_ghz": ghz, "K_CMB": rj_over_cmb, "uK_CMB": 1e-6 * rj_over_cmb,
                     "MJy/sr": 1e-20 * c**2 / (2 * k * nu**2), "mK_RJ": 1e-3})
    return rows


def norms():
    values = [-250.0, -30, -1.5, -0.01, 0, 0.02, 0.7, 1, 3.3, 12, 99, 1000, 4000]
    made = {
        "linear": (colors.Normalize(-20, 1000), {"min": -20, "max": 1000}),
        "log": (colors.LogNorm(0.5, 1000), {"min": 0.5, "max": 1000}),
        "sqrt": (colors.PowerNorm(0.5, -20, 1000), {"min": -20, "max": 1000}),
        "symlog": (colors.SymLogNorm(2, 1, -300, 300, base=10), {"min": -300, "max": 300, "linearWidth": 2}),
        "asinh": (colors.AsinhNorm(2, -300, 1000), {"min": -300, "max": 1000, "linearWidth": 2}),
    }
    rows = []
    for kind, (norm, options) in made.items():
        inside = [v for v in values if options["min"] <= v <= options["max"]]
        rows.append({"kind": kind, **options, "values": inside, "positions": [float(norm(v)) for v in inside]})
    return rows


sample = np.round(rng.lognormal(1, 1.5, 500) - 2, 4)
data = {
    "frames": frames(), "healpy_frames": healpy_frames(), "rotated_map": rotated_map(), "projections": projections(),
    "units": units(), "norms": norms(),
    "percentiles": {"values": sample.tolist(), "percent": [0, 0.5, 2, 25, 50, 97.3, 99.5, 100],
                    "expected": np.percentile(sample, [0, 0.5, 2, 25, 50, 97.3, 99.5, 100]).tolist(),
                    "absolute_99": float(np.percentile(np.abs(sample), 99))},
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(data, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size, "bytes")
