import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PreferencesFile } from '#engine/server/preferences-file.ts'
import { defaultPreferences } from '#shared/contract/preferences.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-preferences-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('preferences', () => {
  it('come back in the next start, the last ones written', async () => {
    const file = new PreferencesFile(join(folder, 'state'))
    expect(await file.read()).toBeNull()
    const layouts = [{ name: 'Big sky', settings: { preset: 'fit', skyShare: 0.8 } }]
    void file.write({ ...defaultPreferences(), theme: 'dark' })
    void file.write({ ...defaultPreferences(), theme: 'light', layouts })
    expect(await file.read()).toEqual({ ...defaultPreferences(), theme: 'light', layouts })
    expect(await new PreferencesFile(join(folder, 'state')).read()).toMatchObject({ layouts })
    expect(readdirSync(join(folder, 'state'))).toEqual(['preferences.json'])
  })

  it('take their defaults one by one where they cannot be read', async () => {
    writeFileSync(join(folder, 'preferences.json'), '{"theme":"light","backend":"abacus"}')
    const read = await new PreferencesFile(folder).read()
    expect(read).toEqual({ ...defaultPreferences(), theme: 'light' })
    writeFileSync(join(folder, 'preferences.json'), '{"theme":')
    expect(await new PreferencesFile(folder).read()).toBeNull()
    expect(readFileSync(join(folder, 'preferences.json'), 'utf8')).toBe('{"theme":')
  })

  it('begin as run files do', () => {
    expect(defaultPreferences()).toMatchObject({ backend: 'auto', checkpoint_every_s: 30 })
  })
})
