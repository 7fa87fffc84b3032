import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runFileSchema } from '#shared/session/run-file.ts'

describe('the JSON Schema of run files', () => {
  it('is the one that the schema of the program gives (npm run schema writes it)', () => {
    const path = new URL('../../../assets/run-file.schema.json', import.meta.url)
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'))
    expect(stored).toEqual({
      title: 'Larmor run file',
      ...z.toJSONSchema(runFileSchema, { io: 'input', reused: 'ref' }),
    })
  })
})
