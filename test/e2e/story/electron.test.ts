import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { electronStage } from './electron-stage.ts'
import { loseEngine } from './lost-engine.ts'
import { openMaps } from './opening.ts'
import { tellStory } from './story.ts'

let stage: Awaited<ReturnType<typeof electronStage>>

beforeAll(async () => {
  stage = await electronStage()
})
afterEach(async () => {
  await stage.quit()
})
afterAll(async () => {
  await stage.close()
})

describe('the main job in Electron', () => {
  it('goes from the start screen to a fit, its files, and back to it', { timeout: 300_000 }, () =>
    tellStory(stage),
  )
  it('opens maps by dialog and by drop, asks what they leave open, refuses broken ones', () =>
    openMaps(stage))
  it('outlives its engine: the run goes on from the last checkpoint', async () => {
    await stage.close()
    stage = await electronStage()
    await loseEngine(stage)
  })
})
