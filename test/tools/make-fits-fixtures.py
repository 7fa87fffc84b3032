"""Writes the small FITS files of test/fixtures/fits and expected.json beside them.

expected.json holds what astropy and healpy read from those files, from test/fixtures/fits_odd and from the sample
map; the tests of shared/fits compare with it.

Run with a Python that has test/tools/requirements.txt: python test/tools/make-fits-fixtures.py
"""

import json
import warnings
from pathlib import Path

import healpy as hp
import numpy as np
from astropy.io import fits

warnings.simplefilter("ignore")
ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "fixtures" / "fits"
ODD = ROOT / "fixtures" / "fits_odd"
SAMPLE = ROOT.parent / "assets" / "samples" / "haslam408-nside64.fits"
rng = np.random.default_rng(408)


def numbers(values):
    """Enough to tell two arrays apart: the second sum weights by position, so that order matters."""
    v = np.asarray(values, dtype=np.float64).ravel()
    bad = ~np.isfinite(v)
    v = np.where(bad, 0.0, v)
    weight = np.arange(v.size) % 97 + 1
    return {
        "count": int(v.size),
        "bad": int(bad.sum()),
        "sum": float(v.sum()),
        "absolute": float(np.abs(v).sum()),
        "weighted": float((v * weight).sum()),
        "first": v[:4].tolist(),
        "last": v[-1:].tolist(),
    }


def column(hdu, i):
    name, tform = hdu.columns.names[i], hdu.columns[i].format
    entry = {"name": name, "unit": hdu.columns[i].unit}
    letter = tform.strip().lstrip("0123456789")[0]
    if letter in "CMPQ":
        return entry | {"refused": True}
    values = hdu.data.field(i)
    if letter == "A":
        return entry | {"text": [str(t).rstrip() for t in np.ravel(values)]}
    values = np.asarray(values, dtype=np.float64)
    null = hdu.columns[i].null
    if null not in (None, ""):
        # astropy leaves integer nulls in place: compare them before scaling.
        values[hdu.data.view(np.ndarray)[name] == null] = np.nan
    return entry | {"numbers": numbers(values)}


def structure(path):
    hdus = []
    # Images are scaled in float64 below, where astropy would use float32 for 16-bit integers.
    with fits.open(path, disable_image_compression=True, do_not_scale_image_data=True) as file:
        for hdu in file:
            if isinstance(hdu, fits.BinTableHDU):
                columns = [column(hdu, i) for i in range(len(hdu.columns))]
                hdus.append({"rows": len(hdu.data), "columns": columns})
            elif isinstance(hdu, (fits.PrimaryHDU, fits.ImageHDU)) and hdu.size > 0:
                hdus.append({"image": image(hdu)})
            else:
                hdus.append({})
    return hdus


def image(hdu):
    values = hdu.data.astype(np.float64)
    if "BLANK" in hdu.header:
        values[hdu.data == hdu.header["BLANK"]] = np.nan
    values = values * hdu.header.get("BSCALE", 1) + hdu.header.get("BZERO", 0)
    return {"shape": list(values.shape), "numbers": numbers(values)}


def maps(path):
    """Every HDU that healpy reads as a map, in the ordering of the file, UNSEEN counted as bad."""
    found = {}
    with fits.open(path) as file:
        count = len(file)
    for i in range(1, count):
        try:
            read = hp.read_map(path, field=None, hdu=i, dtype=np.float64, nest=None)
        except Exception:
            continue
        read = np.atleast_2d(read)
        found[i] = [numbers(np.where(m == hp.UNSEEN, np.nan, m)) for m in read]
    return found


def write(name, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(OUT / name, overwrite=True)


def table(columns, **cards):
    hdu = fits.BinTableHDU.from_columns(columns)
    for key, value in cards.items():
        hdu.header[key] = value
    return hdu


def make_types():
    """Every TFORM that holds numbers, repeats, scaling, nulls and unsigned integers."""
    integers = np.array([[1, -2, 3], [40, -50, 99]])
    columns = [
        fits.Column("LOGICAL", "2L", array=np.array([[True, False], [False, True]])),
        fits.Column("BITS", "11X", array=rng.integers(0, 2, (2, 11)).astype(bool)),
        fits.Column("BYTE", "3B", array=np.abs(integers).astype(np.uint8), null=99),
        fits.Column("SHORT", "3I", array=integers.astype(np.int16), null=99),
        fits.Column("INT", "3J", array=integers.astype(np.int32), null=99, unit="counts"),
        fits.Column("LONG", "3K", array=integers.astype(np.int64) * 10**12, null=99 * 10**12),
        fits.Column("SINGLE", "3E", array=(integers / 3).astype(np.float32)),
        fits.Column("DOUBLE", "3D", array=integers / 7),
        fits.Column("TEXT", "6A", array=np.array(["one", "two"])),
        fits.Column("UNSIGNED", "J", array=np.array([4000000000, 5], dtype=np.uint32), bzero=2**31),
        fits.Column("SIGNED_BYTE", "B", array=np.array([-128, 127], dtype=np.int8), bzero=-128),
        fits.Column("ORPHAN", "0E", array=np.zeros((2, 0), dtype=np.float32)),
        fits.Column("COMPLEX", "C", array=np.array([1 + 2j, 3j], dtype=np.complex64)),
        fits.Column("VARYING", "PE()", array=np.array([np.ones(2), np.ones(3)], dtype=object)),
    ]
    scaled = fits.Column("SCALED", "I", array=np.array([6, -8], dtype=np.int16))
    hdu = table([*columns, scaled], EXTNAME="TYPES", TSCAL15=0.25, TZERO15=10.0)
    write("types.fits", hdu)


def make_images():
    hdus = []
    for bitpix, dtype in [(8, "u1"), (16, "i2"), (32, "i4"), (64, "i8"), (-32, "f4"), (-64, "f8")]:
        values = np.arange(24).reshape(2, 3, 4).astype(dtype)
        if bitpix < 0:
            values = (values / 3).astype(dtype)
            values[0, 0, 1] = np.nan
        hdu = fits.ImageHDU(values, name=f"B{abs(bitpix)}{'F' if bitpix < 0 else ''}")
        hdus.append(hdu)
    for suffix, cards in [("S", {"BSCALE": -0.5, "BZERO": 100.0, "BLANK": 7})]:
        hdu = fits.ImageHDU(np.arange(24, dtype="i2").reshape(2, 3, 4), name=f"B16{suffix}")
        for key, value in cards.items():
            hdu.header[key] = value
        hdus.append(hdu)
    hdus.append(fits.ImageHDU(np.array([0, 40000, 65535], dtype=np.uint16), name="B16U"))
    long = hdus[0].header
    long["LONGTEXT"] = "It's a text of more than sixty-eight characters, " * 4
    long["HIERARCH observer output_units"] = "uK_RJ"
    long["QUOTED"] = "O'Hara''s"
    long["EMPTY"] = ""
    long["BIGREAL"] = -1.6375e30
    write("images.fits", *hdus)


def make_maps():
    ramp = lambda nside: np.sin(np.arange(12 * nside**2) / 50.0) + np.arange(12 * nside**2)
    # NSIDE as a text and HIERARCH cards, as PySM 2 wrote them.
    columns = [fits.Column(n, "768E", array=ramp(8)[None] + i, unit="uK_RJ") for i, n in enumerate(["I_STOKES", "Q_STOKES", "U_STOKES"])]
    hdu = table(columns, PIXTYPE="HEALPIX", ORDERING="RING", COORDSYS="G", NSIDE="8", FIRSTPIX=0, LASTPIX=767, INDXSCHM="IMPLICIT")
    hdu.header["HIERARCH output_units"] = "uK_RJ"
    hdu.header["HIERARCH freq"] = (30.0, "GHz")
    write("nside_as_text.fits", hdu)
    # Keywords in the primary header only, as old IDL files have them (WMAP repeats them there).
    primary = fits.PrimaryHDU()
    for key, value in {"PIXTYPE": "HEALPIX", "ORDERING": "NESTED", "NSIDE": 4, "SKYCOORD": "Galactic", "STOKES": "Q", "FREQ": "K band"}.items():
        primary.header[key] = value
    best = table([fits.Column("BESTFIT", "D", array=ramp(4)), fits.Column("VARIANCE", "D", array=ramp(4) * 1e-6)])
    other = table([fits.Column("BAND", "K", array=np.arange(5))], EXTNAME="BANDS")
    fits.HDUList([primary, best, other]).writeto(OUT / "keywords_in_primary.fits", overwrite=True)
    # A bad value that is not UNSEEN and no unit, as the 1420 MHz survey map.
    values = ramp(16).astype(np.float32)
    values[[0, 100, 3071]] = -32768
    hdu = table([fits.Column("UNKNOWN1", "1024E", array=values.reshape(3, 1024))], PIXTYPE="HEALPIX", ORDERING="NESTED", NSIDE=16, COORDSYS="G", FIRSTPIX=0, LASTPIX=3071, INDXSCHM="IMPLICIT")
    write("own_bad_value.fits", hdu)
    # healpy's own files: float64 with every kind of bad pixel, a partial map, a mask of bytes.
    values = ramp(16)
    values[[5, 6]], values[7], values[8], values[9] = hp.UNSEEN, np.nan, np.inf, -np.inf
    hp.write_map(OUT / "healpy_float64.fits", values, dtype=np.float64, coord="E", overwrite=True)
    partial = np.full(3072, hp.UNSEEN)
    partial[100:400] = ramp(16)[:300]
    hp.write_map(OUT / "healpy_partial.fits", [partial, partial * 2], nest=True, partial=True, dtype=np.float32, coord="C", column_units=["K", "mK"], overwrite=True)
    # Part of the sky as a range of pixels.
    hdu = table([fits.Column("T", "E", array=ramp(4)[:96].astype(np.float32))], PIXTYPE="HEALPIX", ORDERING="RING", NSIDE=4, FIRSTPIX=48, LASTPIX=143, INDXSCHM="IMPLICIT", OBJECT="PARTIAL")
    write("pixel_range.fits", hdu)
    # No ORDERING, and two maps in one file.
    one = table([fits.Column("T", "E", array=ramp(4).astype(np.float32))], PIXTYPE="HEALPIX", NSIDE=4, EXTNAME="FIRST")
    two = table([fits.Column("T", "E", array=ramp(4).astype(np.float32) * 2)], PIXTYPE="HEALPIX", ORDERING="RING", NSIDE=4, EXTNAME="SECOND")
    write("no_ordering.fits", one)
    write("two_maps.fits", one, two)
    # Scaled 16-bit integers with a null.
    stored = (np.arange(192) - 50).astype(np.int16)
    hdu = table([fits.Column("T", "I", array=stored, null=-50, unit="mK")], PIXTYPE="HEALPIX", ORDERING="RING", NSIDE=4, COORDSYS="G", TSCAL1=0.5, TZERO1=3.0)
    write("scaled_integers.fits", hdu)


def make_plate_carree():
    """Galactic CAR image of 5 deg cells with one blank; its cells averaged to NSIDE 4 by the definition."""
    # Longitudes off the round numbers, so that no cell centre lies on the edge of a pixel.
    lon, lat = 180.37 - 5 * np.arange(73), -90.0 + 5 * np.arange(37)
    values = (np.cos(np.radians(lat))[:, None] * np.cos(np.radians(lon))[None] * 10 + 20).astype(np.float32)
    values[18, 20] = np.nan
    hdu = fits.PrimaryHDU(values[None])
    cards = {"CTYPE1": "GLON-CAR", "CRVAL1": 0.37, "CRPIX1": 37.0, "CDELT1": -5.0, "CTYPE2": "GLAT-CAR", "CRVAL2": 0.0, "CRPIX2": 19.0, "CDELT2": 5.0, "BUNIT": "K", "RESTFRQ": 1.42e9}
    for key, value in cards.items():
        hdu.header[key] = value
    hdu.writeto(OUT / "car_galactic.fits", overwrite=True)
    good = np.isfinite(values[:, :-1])
    grid_lon, grid_lat = np.meshgrid(lon[:-1], lat)
    pixel = hp.ang2pix(4, grid_lon[good], grid_lat[good], lonlat=True)
    weight = np.cos(np.radians(grid_lat[good]))
    sums = np.bincount(pixel, weight * values[:, :-1][good], 192)
    return (sums / np.bincount(pixel, weight, 192)).tolist()


def main():
    OUT.mkdir(exist_ok=True)
    make_types()
    make_images()
    make_maps()
    plate_carree = make_plate_carree()
    files = {}
    for path in sorted([*OUT.glob("*.fits*"), *ODD.glob("*.fits*"), SAMPLE]):
        try:
            entry = {"hdus": structure(path), "maps": maps(path)}
        except Exception as error:
            entry = {"refused": str(error)}
        files[path.name] = entry
    expected = {"files": files, "plateCarree": plate_carree}
    (OUT / "expected.json").write_text(json.dumps(expected, allow_nan=False) + "\n")


main()
