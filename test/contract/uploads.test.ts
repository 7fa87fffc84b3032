import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { useEnginePage } from '#test/tools/engine-page.ts'

const page = useEnginePage()

it('files that cannot be stored are told in words', async () => {
  await rm(page.folder, { recursive: true })
  const upload = page.client.request(
    'files.upload',
    { name: 'map.fits' },
    { payloads: [new Uint8Array(2880)] },
  )
  await expect(upload).rejects.toMatchObject({
    code: 'input',
    message: expect.stringMatching(/map\.fits: no such file or folder/),
  })
})
