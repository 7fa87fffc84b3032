// Writes assets/run-file.schema.json, which editors use to complete and check run files.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { runFileSchema } from '../shared/session/run-file.ts'

const schema = {
  title: 'Larmor run file',
  ...z.toJSONSchema(runFileSchema, { io: 'input', reused: 'ref' }),
}
writeFileSync(
  new URL('../assets/run-file.schema.json', import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
)
