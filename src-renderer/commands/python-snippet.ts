import type { RunSummary } from '#shared/contract/methods.ts'
import type { DataEntry } from '#shared/session/run-file.ts'

/** Names of Python variables for the grids of a run, and what the arrays hold. */
const grids: Readonly<Record<RunSummary['grids'][number], readonly [string, string]>> = {
  magnetic_field: ['B', '[nx, ny, nz, 3], microgauss'],
  thermal_electrons: ['n_e', '[nx, ny, nz], cm^-3'],
  cosmic_ray_electrons: ['C', '[nx, ny, nz], m^-3'],
  spectral_index: ['p', '[nx, ny, nz]'],
}

/**
 * A Python program (NumPy and the standard library) that reads the results of a run from its session file: the fields of the
 * latest checkpoint, the curves, and of every data entry the values and the model.
 * @param session file name
 */
export function pythonSnippet(
  session: string,
  run: Pick<RunSummary, 'run' | 'name' | 'grids'>,
  data: readonly Pick<DataEntry, 'name' | 'catalogue'>[],
): string {
  const file = `${session.replace(/\.larmor$/i, '')}.larmor`
  const fields = run.grids.map((name) => {
    const [variable, what] = grids[name]
    return `${variable} = array(${literal(name)})  # ${what}`
  })
  const entries = data.flatMap(({ name, catalogue }, index) => [
    `# ${name}: ${catalogue ? 'l and b in deg of each source' : 'RING pixels'}, what was measured there, and the model with gain and offset`,
    `places = array(${literal(`data/${name}/${catalogue ? 'directions' : 'pixels'}`)})`,
    `values = array(${literal(`data/${name}/values`)})`,
    `gain, offset = nuisance[${index}]["gain"], nuisance[${index}]["offset"]`,
    `model = gain * array(${literal(`model/${name}`)}) + offset`,
    `print(${literal(name)}, "rms of the residual", np.std(values - model))`,
    '',
  ])
  const subject = `${run.name} of ${file}`.replaceAll(/\s+/g, ' ')
  return `# ${subject}. Reading it disturbs nothing, also while it is open in Larmor.
import json
import sqlite3
from pathlib import Path

import numpy as np

db = sqlite3.connect(Path(${literal(file)}).resolve().as_uri() + "?mode=ro", uri=True)
run = ${run.run}
latest = db.execute(
    "SELECT id, iteration, details FROM checkpoints WHERE run = ? ORDER BY id DESC", (run,)
).fetchone()
if latest is None:
    raise SystemExit("This run has stored no checkpoint yet: pause it, or wait.")
checkpoint, iteration, details = latest
nuisance = json.loads(details)["nuisance"]


def array(name):
    """An array of the latest checkpoint, or of the run's data."""
    key, dtype, shape = db.execute(
        "SELECT id, dtype, shape FROM arrays WHERE run = ? AND name = ? AND (checkpoint = ? OR checkpoint IS NULL)",
        (run, name, checkpoint),
    ).fetchone()
    chunks = db.execute("SELECT data FROM chunks WHERE array = ? ORDER BY chunk", (key,))
    return np.frombuffer(b"".join(data for data, in chunks), dtype).reshape(json.loads(shape))


${fields.join('\n')}

columns = json.loads(db.execute("SELECT columns FROM runs WHERE id = ?", (run,)).fetchone()[0])
rows = db.execute("SELECT data FROM curves WHERE run = ? ORDER BY first_row", (run,))
curves = np.frombuffer(b"".join(data for data, in rows), "<f8").reshape(-1, len(columns))
loss = curves[:, columns.index("loss")]
print("iteration", iteration, "loss", loss[-1], "mean |B|", np.linalg.norm(B, axis=-1).mean(), "microgauss")

${entries.join('\n')}`
}

/** A JSON text is a Python literal too. */
const literal = (text: string) => JSON.stringify(text)
