import type { DatabaseSync } from 'node:sqlite'

/** Says "Larmor session" in the header of the SQLite file: the letters LRMR. */
export const applicationId = 0x4c524d52

/**
 * Forward migrations: number i brings a file from schema version i to i + 1. Never change one that was released;
 * add another. `PRAGMA user_version` holds the version of a file.
 */
const migrations: readonly string[] = [
  `
  -- title, program (version that last wrote), created (ISO time), configuration (of the next run), view: JSON texts
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

  -- files that runs were fed with
  CREATE TABLE inputs (
    name TEXT PRIMARY KEY,            -- of the data entry; "haslam mask", "haslam sigma" for its companions
    path TEXT NOT NULL,               -- absolute
    relative_path TEXT NOT NULL,      -- seen from the folder of the session
    bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    sha256 TEXT NOT NULL,
    header_digest TEXT NOT NULL       -- SHA-256 of the FITS headers alone
  );

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    configuration TEXT NOT NULL,      -- the run file with every default, JSON
    backend TEXT, mode TEXT, threads INTEGER,
    bit_identical INTEGER NOT NULL DEFAULT 1,
    iteration INTEGER NOT NULL DEFAULT 0,
    iterations INTEGER NOT NULL,
    created_ms REAL NOT NULL,
    seconds REAL NOT NULL DEFAULT 0,  -- spent optimising, over all pauses
    columns TEXT NOT NULL DEFAULT '[]', -- of the curves, JSON
    summary TEXT,                     -- latest figures, JSON
    held_out_blocks TEXT,             -- RING numbers, JSON
    error TEXT
  );

  -- prepared data vectors: what the files became. Their arrays are named "data/NAME/pixels|values|sigma|set".
  CREATE TABLE data (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,        -- quantity, unit, NSIDE, frequency, nuisance: JSON
    PRIMARY KEY (run, position)
  );

  -- rows of "columns" float64 each, little-endian
  CREATE TABLE curves (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    first_row INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run, first_row)
  );

  CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    time_ms REAL NOT NULL
  );

  -- state after "iteration" steps; its arrays have this checkpoint's id
  CREATE TABLE checkpoints (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    kind TEXT NOT NULL,
    created_ms REAL NOT NULL,
    random_state TEXT NOT NULL,       -- JSON
    details TEXT NOT NULL             -- JSON
  );

  CREATE TABLE arrays (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    checkpoint INTEGER REFERENCES checkpoints(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    dtype TEXT NOT NULL,              -- as NumPy writes it: <f4 <f8 <i4 |u1
    shape TEXT NOT NULL               -- JSON, C order
  );
  CREATE INDEX arrays_of ON arrays (run, checkpoint, name);

  -- the bytes of an array in order, about 1 MiB each
  CREATE TABLE chunks (
    array INTEGER NOT NULL REFERENCES arrays(id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (array, chunk)
  );
  `,
  `
  -- which kernels made the steps of a run: with backend, mode and threads it decides the bits
  ALTER TABLE runs ADD COLUMN kernel_build TEXT;
  `,
  `
  -- Data vectors may be points, whose arrays are "data/NAME/directions|distances|values|sigma|set", and averages over
  -- bands: descriptions say so from here on, and those before are read as maps at one frequency.
  `,
  `
  -- what the user says of a run, beside its name
  ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- JSON
  -- Where a run that begins with the result of another one began, its arrays (of no checkpoint) are "start/BLOCK".
  `,
  `
  -- what a failed run failed by: settings, or other; NULL where it was not recorded
  ALTER TABLE runs ADD COLUMN failure TEXT;
  `,
]

/** The schema version that this program writes. */
export const schemaVersion = migrations.length

/** Brings an open database to the current schema, all or nothing. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === schemaVersion) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const migration of migrations.slice(from)) database.exec(migration)
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(`PRAGMA user_version = ${schemaVersion}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
