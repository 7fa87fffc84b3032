"""Prints as JSON what astropy and healpy read from FITS files: python check_healpy_interop.py FILE ...

One object per file: `standard`: what astropy's strict verification says (null when the file follows the standard); `hdus`: header cards
and images; `maps`: every column that healpy reads of HDU 1, in the ordering of the file. UNSEEN and NaN are null.
"""

import json
import sys
import warnings

import healpy as hp
import numpy as np
from astropy.io import fits


def listed(values):
    values = np.asarray(values)
    unseen = np.abs(values - hp.UNSEEN) <= 1e-5 * abs(hp.UNSEEN)
    bad = ~np.isfinite(values) | unseen
    return [None if b else float(v) for v, b in zip(values.ravel(), bad.ravel())]


def card(value):
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def read(path):
    result = {"standard": None, "hdus": [], "maps": None}
    with fits.open(path) as file:
        try:
            with warnings.catch_warnings():
                # Long keywords are a registered convention (HIERARCH), not a fault.
                warnings.simplefilter("ignore")
                file.verify("exception")
        except fits.VerifyError as error:
            result["standard"] = str(error)
        for hdu in file:
            cards = {key: card(hdu.header[key]) for key in hdu.header if key not in ("COMMENT", "HISTORY", "")}
            entry = {"cards": cards, "history": [str(line) for line in hdu.header.get("HISTORY", [])]}
            if hdu.is_image and hdu.data is not None:
                entry["shape"] = list(hdu.data.shape)
                entry["dtype"] = hdu.data.dtype.name
                entry["values"] = listed(hdu.data)
            result["hdus"].append(entry)
    if len(result["hdus"]) > 1:
        maps = np.atleast_2d(hp.read_map(path, field=None, nest=None, dtype=None))
        result["maps"] = [{"dtype": m.dtype.name, "values": listed(m)} for m in maps]
    return result


json.dump([read(path) for path in sys.argv[1:]], sys.stdout, allow_nan=False)
