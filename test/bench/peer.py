"""Larmor beside synax 0.1.0 (https://github.com/dkn16/Synax, MIT), on the same machine, in turns.

    python test/bench/peer.py [SYNAX_CHECKOUT] [--threads 2] [--repeats 5] [--json]

SYNAX_CHECKOUT is a folder with a synax checkout; nothing of it is kept here. Needs numpy, and for synax jax, interpax, healpy and
scipy. Without it Larmor is measured alone. Setting: NSIDE 32, grid 128 x 128 x 32, box 40 x 40 x 10 kpc, the WMAP cosmic-ray
electrons with p = 3; synax with 512 midpoints in double precision, Larmor with 3 nodes per crossing in single precision.

Each case is value and gradient with respect to the voxels of the sum of squared differences from a map that is not zero. The
electron densities (n_e from a grid of 256 x 256 x 64) are put on the rays beforehand for both. The programs take
turns, so that a machine that slows down slows both; best of the repeats. synax's B_grid.B_field raises TypeError
(`self.shape(3,)`), so its gridded field is called through interpax as its constructor does.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

NSIDE = 32
SAMPLES = 512
SHAPE = (128, 128, 32)
HALF_SIZE = (20.0, 20.0, 5.0)
CASES = {"I": 0.408, "IQU": 2.4}


class Ours:
    """The engine in a process of its own: one JSON line asks, one answers."""

    def __init__(self, folder, threads):
        root = Path(__file__).resolve().parents[2]
        node = root / "node_modules" / ".bin" / "node"
        script = Path(__file__).with_name("ours.ts")
        self.process = subprocess.Popen(
            [str(node), str(script), str(folder), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        self.ready = self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("Larmor ended before it answered; see its message above.")
        return json.loads(line)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Synax:
    """The same two cases through synax's own simulator."""

    def __init__(self, checkout, field_microgauss, density_grid):
        sys.path.insert(0, str(checkout))
        import interpax
        import jax
        import jax.numpy as jnp
        import synax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        positions, lengths, directions = synax.coords.get_healpix_positions(
            nside=NSIDE, num_int_points=SAMPLES
        )
        cosmic_rays = synax.cfield.C_WMAP(positions).C_field()
        axes = [jnp.asarray(centres(h, n)) for h, n in zip(HALF_SIZE, SHAPE)]
        fine = [jnp.asarray(centres(h, n)) for h, n in zip(HALF_SIZE, density_grid.shape)]
        flat = [positions[a].reshape(-1) for a in range(3)]
        shape = positions[0].shape
        electrons = synax.tefield.TE_grid(positions, fine).TE_field(jnp.asarray(density_grid))
        self.field = jnp.asarray(field_microgauss, dtype=jnp.float64) * 1e-6
        self.functions = {}
        self.forward = {}
        for case, frequency in CASES.items():
            simulator = synax.synax.Synax(sim_I=True, sim_P=case == "IQU")

            def model(grid, simulator=simulator, frequency=frequency):
                values = interpax.interp3d(*flat, *axes, grid, method="linear", extrap=True)
                return simulator.sim(
                    frequency, values.reshape(*shape, 3), cosmic_rays, electrons, directions, lengths, 3.0
                )

            def loss(grid, model=model, case=case):
                maps = model(grid)
                return sum(((maps[stokes] - 1.0) ** 2).sum() for stokes in case)

            self.functions[case] = jax.jit(jax.value_and_grad(loss))
            self.forward[case] = jax.jit(model)

    def seconds(self, case):
        started = time.perf_counter()
        self.jax.block_until_ready(self.functions[case](self.field))
        return time.perf_counter() - started

    def intensity(self):
        return np.asarray(self.forward["I"](self.field)["I"])


def centres(half_size, n):
    return -half_size + (np.arange(n) + 0.5) * 2 * half_size / n


def electron_density():
    """n_e in cm^-3 on 256 x 256 x 64 cells: a thick and a thin exponential disc (any smooth density would do)."""
    x, y, z = np.meshgrid(*(centres(h, n) for h, n in zip(HALF_SIZE, (256, 256, 64))), indexing="ij")
    r = np.hypot(x, y)
    return 0.025 * np.exp(-np.abs(z) - (r / 20) ** 2) + 0.2 * np.exp(
        -np.abs(z) / 0.15 - ((r - 4) / 2) ** 2
    )


def relative_rms(values, truth):
    return float(np.sqrt(np.mean((values - truth) ** 2) / np.mean(truth**2)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("synax", nargs="?", type=Path, help="folder of a synax checkout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.synax and not (options.synax / "synax" / "synax.py").is_file():
        parser.error(f"{options.synax} holds no synax checkout (synax/synax.py is missing).")
    # The same cores for both: XLA takes as many threads as the process may use.
    available = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, available[: options.threads])

    with tempfile.TemporaryDirectory() as folder:
        density = electron_density()
        density.astype("<f4").tofile(Path(folder) / "electrons.f32")
        ours = Ours(folder, options.threads)
        field = np.fromfile(Path(folder) / "field.f32", "<f4").reshape(*SHAPE, 3)
        converged = np.fromfile(Path(folder) / "converged.f64", "<f8")
        report = {"setting": ours.ready, "threads": options.threads, "repeats": options.repeats, "cases": {}}
        report["error"] = {"larmor": ours.ready["error"]}
        synax = Synax(options.synax, field, density) if options.synax else None
        for case in CASES:
            if synax:
                started = time.perf_counter()
                synax.seconds(case)
                compiled = time.perf_counter() - started
            ours.ask(case=case)
            mine, theirs = [], []
            for _ in range(options.repeats):
                mine.append(ours.ask(case=case)["seconds"])
                if synax:
                    theirs.append(synax.seconds(case))
            row = {"larmor_s": min(mine)}
            if synax:
                row |= {"synax_s": min(theirs), "ratio": min(theirs) / min(mine), "synax_first_call_s": compiled}
            report["cases"][case] = row
        if synax:
            report["error"]["synax"] = relative_rms(synax.intensity(), converged)
            report["error"]["ratio"] = report["error"]["synax"] / report["error"]["larmor"]
            report["synax_peak_bytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report["larmor_peak_bytes"] = ours.ask(case="memory")["bytes"]
        ours.close()
    print(json.dumps(report, indent=2) if options.json else to_text(report))


def to_text(report):
    lines = [f"{report['threads']} threads, best of {report['repeats']}; value and gradient, seconds"]
    for case, row in report["cases"].items():
        line = f"  {case:4} at {CASES[case]} GHz: Larmor {row['larmor_s']:.4f}"
        if "ratio" in row:
            line += f", synax {row['synax_s']:.3f}: {row['ratio']:.1f} times faster"
        lines.append(line)
    error = report["error"]
    line = f"Error of I against the converged integral (rms / rms): Larmor {error['larmor']:.1e}"
    if "synax" in error:
        line += f", synax {error['synax']:.1e}: {error['ratio']:.0f} times smaller"
    lines.append(line)
    line = f"Peak memory: Larmor {report['larmor_peak_bytes'] / 1e6:.0f} MB"
    if "synax_peak_bytes" in report:
        line += f", synax {report['synax_peak_bytes'] / 1e6:.0f} MB"
    return "\n".join([*lines, line])


if __name__ == "__main__":
    main()
