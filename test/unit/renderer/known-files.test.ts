import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, expect, it, vi } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import DataForm from '#renderer/forms/DataForm.vue'
import { useProject } from '#renderer/stores/project.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const requests = vi.hoisted(() => vi.fn<(method: string, params: { hdu?: number }) => unknown>())
vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/stores/connection.ts', () => ({
  useConnection: () => ({ state: 'starting', info: {}, request: requests }),
}))

const first = { columns: ['flux'], units: ['Jy'], rows: 5, hdu: 1 }
const second = { columns: ['rm', 'other'], units: ['K', ''], rows: 7, hdu: 2 }
const text = { columns: ['rm'], units: [''], rows: 3 }
const catalogue = { value: 'rm' }
const quantity = 'faraday_depth'
const configuration = runFileSchema.parse({
  data: [
    { name: 'a', file: 'fits', quantity, catalogue },
    { name: 'b', file: 'fits', hdu: 2, quantity, catalogue },
    { name: 'c', file: 'csv', quantity, unit: 'rad/m^2', catalogue },
    { name: 'd', file: 'csv', hdu: 1, quantity, unit: 'rad/m^2', catalogue },
  ],
})

beforeEach(() => {
  vi.stubGlobal('window', {})
  vi.stubGlobal('document', { documentElement: { dataset: {} } })
  setActivePinia(createPinia())
  requests
    .mockReset()
    .mockImplementation((_, { hdu }) => Promise.resolve({ result: hdu === 2 ? second : first }))
})

it('knows tables of one file by their HDU', async () => {
  const project = useProject()
  project.files.set('fits', { name: 'two.fits' })
  await Promise.all([project.describeTable('fits', undefined), project.describeTable('fits', 2)])
  expect(project.tableOf('fits', undefined)).toEqual(first)
  expect(project.tableOf('fits', 2)).toEqual(second)
  expect(project.tableOf('fits', 3)).toBeUndefined()
  // Each is asked for once.
  await project.describeTable('fits', 2)
  await project.describeTable('fits', undefined)
  expect(requests.mock.calls).toEqual([
    ['tables.inspect', { grant: 'fits', hdu: undefined }],
    ['tables.inspect', { grant: 'fits', hdu: 2 }],
  ])
})

it('knows maps of one file by their HDU, and asks for the file once', async () => {
  const project = useProject()
  const of = (hdu: number, nside: number) => ({ hdu, nside })
  requests.mockResolvedValue({ result: { maps: [of(1, 64), of(3, 8)] } })
  project.files.set('fits', { name: 'two.fits' })
  for (let entry = 0; entry < 3; entry++) await project.describeFile('fits')
  expect([undefined, 1, 3, 2].map((hdu) => project.mapOf('fits', hdu)?.nside)).toEqual([
    ...[64, 64, 8],
    undefined,
  ])
  expect(requests.mock.calls).toEqual([['maps.inspect', { grant: 'fits' }]])
})

it.each([
  ['a', '5', 'Jy (file)', 'flux', true],
  ['b', '7', 'K (file)', 'rm', true],
  ['c', '3', 'as the file says', 'rm', false],
  // Wrong, and to be taken out.
  ['d', undefined, 'as the file says', 'rm', true],
] as const)('fills the form of catalogue %s', async (name, rows, unit, value, hasHdu) => {
  const index = configuration.data.findIndex((entry) => entry.name === name)
  const app = createSSRApp({
    setup() {
      const project = useProject()
      project.open = true
      project.configuration = {
        ...configuration,
        data: configuration.data.map((entry) => ({
          ...entry,
          unit: undefined,
          catalogue: { value },
        })),
      }
      project.files.set('fits', { name: 'two.fits', tables: { '': first, 2: second } })
      project.files.set('csv', { name: 'c.csv', tables: { '': text } })
      return () => h(TooltipProvider, null, () => h(DataForm, { index, locked: false }))
    },
  })
  const html = await renderToString(app.use(createPinia()))
  expect(/<dt[^>]*>Rows<\/dt><dd[^>]*>([^<]*)</.exec(html)?.[1]).toBe(rows)
  expect(html).toContain(`placeholder="${unit}"`)
  expect(html.includes('data-setting="data.hdu"')).toBe(hasHdu)
  expect(html.includes('the first with a table')).toBe(hasHdu)
})
