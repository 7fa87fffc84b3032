import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { browserStage } from './browser-stage.ts'
import { openMaps } from './opening.ts'
import { tellStory } from './story.ts'

let stage: Awaited<ReturnType<typeof browserStage>>

beforeAll(async () => {
  stage = await browserStage()
})
afterEach(async () => {
  await stage.quit()
})
afterAll(async () => {
  await stage.close()
})

describe('the main job in a browser', () => {
  it('goes from the start screen to a fit, its files, and back to it', { timeout: 300_000 }, () =>
    tellStory(stage),
  )
  it('opens maps from a list and by drop, asks what they leave open, refuses broken ones', () =>
    openMaps(stage))
})
