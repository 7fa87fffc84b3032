"""Makes the sample maps of assets/samples from the published ones: python make-sample-maps.py SOURCES DESTINATION.

SOURCES holds wmap_mcmc_base_k_synch_stk_{q,u}_9yr_v5.fits (WMAP nine-year, LAMBDA) and faraday.fits (Oppermann et al. 2012).
Needs numpy, astropy and healpy. Prints the SHA-256 of what it writes.
"""
import hashlib
import pathlib
import sys

import healpy as hp
import numpy as np
from astropy.io import fits

NSIDE = 32


def means(values: np.ndarray, order: str) -> np.ndarray:
    """Means of the pixels within each pixel of NSIDE 32, RING."""
    nest = values if order == "NESTED" else hp.reorder(values, r2n=True)
    return hp.reorder(nest.reshape(12 * NSIDE**2, -1).mean(axis=1), n2r=True)


def write(path: pathlib.Path, name: str, columns: dict[str, tuple[np.ndarray, str]], cards: dict[str, object], comments: list[str]) -> None:
    """One HEALPix table of float32 columns; nothing in it depends on when it is written."""
    table = fits.BinTableHDU.from_columns(
        [fits.Column(key, "1024E", unit=unit, array=values.astype(">f4").reshape(-1, 1024)) for key, (values, unit) in columns.items()]
    )
    header = table.header
    header["EXTNAME"] = name
    header["PIXTYPE"] = "HEALPIX"
    header["ORDERING"] = "RING"
    header["NSIDE"] = NSIDE
    header["FIRSTPIX"] = 0
    header["LASTPIX"] = 12 * NSIDE**2 - 1
    header["INDXSCHM"] = "IMPLICIT"
    header["COORDSYS"] = "G"
    for key, value in cards.items():
        header[key] = value
    for text in comments:
        header["COMMENT"] = text
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)
    print(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def main(sources: pathlib.Path, destination: pathlib.Path) -> None:
    stokes = {}
    for stokes_name in "qu":
        table = fits.getdata(sources / f"wmap_mcmc_base_k_synch_stk_{stokes_name}_9yr_v5.fits", 1)
        stokes[stokes_name] = means(np.asarray(table["BESTFIT"], "f8"), "NESTED")
    write(
        destination / "wmap9-k-synchrotron-nside32.fits",
        "synchrotron at K band",
        {"Q_POLARISATION": (stokes["q"], "mK_RJ"), "U_POLARISATION": (stokes["u"], "mK_RJ")},
        {"POLCCONV": "COSMO", "FREQ": (22.8, "GHz"), "TELESCOP": "WMAP"},
        ["WMAP nine-year, MCMC base fit, synchrotron, best fit, antenna temperature;", "means over pixels of NSIDE 64."],
    )
    depth = np.asarray(fits.getdata(sources / "faraday.fits", 3)["I_STOKES"], "f8")
    spread = np.asarray(fits.getdata(sources / "faraday.fits", 4)["I_STOKES"], "f8")
    # The reconstruction is smooth over a pixel of NSIDE 32: its uncertainties there are alike and not independent.
    write(
        destination / "faraday-depth-nside32.fits",
        "Galactic Faraday depth",
        {"FARADAY_DEPTH": (means(depth, "RING"), "rad/m2"), "UNCERTAINTY": (means(spread, "RING"), "rad/m2")},
        {},
        ["Oppermann et al. 2012, A&A 542, A93: Galactic Faraday depth and its", "uncertainty, means over pixels of NSIDE 128."],
    )


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
