import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useFiles } from '#renderer/stores/files.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { EngineError } from '#shared/contract/errors.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const { project, runs, kept, requests } = vi.hoisted(() => ({
  project: {
    open: false,
    session: null as { session: string; name: string } | null,
    settled: {} as unknown,
    dataNames: [] as string[],
    files: new Map<string, { name: string }>(),
    reset: vi.fn(),
    close: vi.fn(),
    begin: vi.fn(),
    enter: vi.fn(),
    addData: vi.fn(() => 0),
  },
  runs: { active: null as object | null, list: [] },
  /** Whether the session takes the last settings when it is closed. */
  kept: { isStored: true },
  requests:
    vi.fn<
      (
        method: string,
        params: { readonly name?: string },
        options?: unknown,
      ) => Promise<{ result: unknown }>
    >(),
}))
// The project itself needs a document, and an engine.
vi.mock('#renderer/stores/project.ts', () => ({ useProject: () => project }))
vi.mock('#renderer/stores/runs.ts', async () => ({
  ...(await vi.importActual('#renderer/stores/runs.ts')),
  useRuns: () => runs,
}))
vi.mock('#renderer/stores/kept.ts', () => {
  const store = () => Promise.resolve(kept.isStored)
  return { useKept: () => ({ note: () => store, store }) }
})
vi.mock('#renderer/stores/connection.ts', () => ({
  useConnection: () => ({ state: 'ready', request: requests }),
}))

const configurationOf = (name: string) =>
  runFileSchema.parse({ data: [{ name, file: `grant:${name}`, frequency_ghz: 1 }] })

function hasProject(name: string) {
  project.open = true
  project.session = null
  project.settled = configurationOf(name)
  project.dataNames = [name]
  project.files = new Map([[`grant:${name}`, { name: `${name}.fits` }]])
}

beforeEach(() => {
  vi.stubGlobal('window', {})
  setActivePinia(createPinia())
  runs.active = null
  kept.isStored = true
  vi.clearAllMocks()
  requests.mockImplementation((method) =>
    Promise.resolve({
      result:
        method === 'session.open'
          ? { session: 'session:b', runs: [], problems: [], view: null }
          : { name: 'other', configuration: configurationOf('other'), files: [] },
    }),
  )
  project.enter.mockImplementation((state: { session: string; name: string }) => {
    project.session = state
  })
})

describe('another project', () => {
  it.each([
    ['a run file', () => useFiles().openRunFile('grant:run')],
    ['a session', () => useFiles().enterSession('grant:session')],
    ['an empty one', () => useFiles().newProject()],
    ['none', () => useFiles().closeProject()],
  ])('%s takes no project away for good that was never saved', async (_what, open) => {
    hasProject('mine')
    const { settled } = project
    await open()
    const [toast] = useMessages().toasts
    expect(toast).toMatchObject({ title: 'Project closed without being saved', text: 'mine' })
    project.open = false
    await toast.actions[0].run()
    expect(project.begin).toHaveBeenLastCalledWith({
      name: '',
      configuration: settled,
      files: [{ grant: 'grant:mine', name: 'mine.fits' }],
    })
  })

  it('waits for a run that goes on before an earlier one is brought back', async () => {
    hasProject('mine')
    await useFiles().newProject()
    runs.active = {}
    const messages = useMessages()
    await messages.toasts[0].actions[0].run()
    expect(project.begin).not.toHaveBeenCalled()
    runs.active = null
    await messages.toasts.at(-1)?.actions[0].run()
    expect(project.begin).toHaveBeenCalledOnce()
  })

  it('closes the session that was open, and only that', async () => {
    project.open = true
    project.session = { session: 'session:a', name: 'a' }
    await useFiles().enterSession('grant:session')
    expect(requests).toHaveBeenLastCalledWith('session.close', { session: 'session:a' })
    // The same file again is the same session.
    requests.mockClear()
    await useFiles().enterSession('grant:session')
    expect(requests.mock.calls.map(([method]) => method)).toEqual(['session.open'])
    expect(useMessages().toasts).toEqual([])
  })

  it('closes a session that could not be given its last settings, and offers them', async () => {
    hasProject('mine')
    project.session = { session: 'session:a', name: 'a' }
    kept.isStored = false
    await useFiles().enterSession('grant:session')
    expect(requests).toHaveBeenLastCalledWith('session.close', { session: 'session:a' })
    const [toast] = useMessages().toasts
    expect(toast.title).toBe('a closed without its last settings')
    project.open = false
    await toast.actions[0].run()
    expect(project.begin).toHaveBeenCalledOnce()
  })

  it.each([
    [true, 'Session open read-only'],
    [false, 'Session damaged'],
  ])('says what is wrong with a session (read-only: %s)', async (readOnly, title) => {
    const problems = ['What it means.', 'A detail.']
    const state = { session: 'session:b', runs: [], problems, readOnly, view: null }
    requests.mockResolvedValueOnce({ result: state })
    await useFiles().enterSession('grant:session')
    expect(useMessages().toasts).toMatchObject([{ title, text: 'What it means.' }])
    expect(useMessages().log.at(-1)?.text).toBe('A detail.')
  })
})

describe('a folder that is dropped', () => {
  it('is named, with what to do', async () => {
    const folder = new File([], 'maps')
    folder.arrayBuffer = () => Promise.reject(new Error('NotFoundError'))
    await useFiles().drop([folder])
    const [toast] = useMessages().toasts
    expect(toast.text).toBe(
      'maps cannot be read: it is a folder, or it was moved or changed meanwhile. Drop the files that are in it, or this one again.',
    )
  })
})

describe('files that are dropped', () => {
  const kinds = { larmor: 'session', yaml: 'run-file', csv: 'table', fits: 'map' } as const
  const dropped = (...names: string[]) => names.map((name) => new File(['content'], name))
  const asked = () => requests.mock.calls.map(([method]) => method)
  /** A map that leaves its frequency open, so that a dialog asks. */
  const map = {
    ...{ hdu: 1, name: '', kind: 'healpix', questions: ['frequency_ghz'], problems: [] },
    columns: [{ index: 0, name: 'I', unit: 'K' }],
  }
  const table = { columns: ['l', 'b', 'rm'], units: ['', '', 'K'], rows: 3, hdu: 2 }
  beforeEach(() => {
    Object.assign(project, { open: false, session: null, dataNames: [] })
    requests.mockImplementation((method, params) => {
      const { name = '' } = params
      const kind = Object.entries(kinds).find(([end]) => name.endsWith(end))?.[1]
      const results: Record<string, unknown> = {
        'files.upload': { grant: `grant:${name}`, name, kind, bytes: 7 },
        'session.open': { session: 'session:b', runs: [], problems: [], view: null },
        'runFile.open': { name: 'other', configuration: configurationOf('other'), files: [] },
        'maps.inspect': { maps: [map] },
        'tables.inspect': table,
      }
      return Promise.resolve({ result: results[method] })
    })
  })

  it.each([
    ['a.larmor', ['files.upload', 'session.open'], () => project.enter],
    ['a.yaml', ['files.upload', 'runFile.open'], () => project.begin],
  ] as const)('%s becomes the project', async (name, methods, taken) => {
    await useFiles().drop(dropped(name))
    expect(asked()).toEqual(methods)
    expect(requests).toHaveBeenLastCalledWith(methods[1], { grant: `grant:${name}` })
    expect(taken()).toHaveBeenCalledOnce()
  })

  it('are uploaded as they are, or granted by the shell', async () => {
    await useFiles().drop(dropped('a.yaml'))
    const [, params, options] = requests.mock.calls[0]
    expect([params, options]).toEqual([
      { name: 'a.yaml' },
      { payloads: [new TextEncoder().encode('content')] },
    ])
    requests.mockClear()
    const grantDropped = vi.fn((file: File) =>
      Promise.resolve({ grant: 'grant:of-shell', name: file.name, kind: 'run-file', bytes: 7 }),
    )
    vi.stubGlobal('window', { larmorShell: { grantDropped } })
    await useFiles().drop(dropped('b.yaml'))
    expect(requests.mock.calls).toEqual([['runFile.open', { grant: 'grant:of-shell' }]])
  })

  it('are asked about one after the other', async () => {
    const files = useFiles()
    const all = files.drop(dropped('a.fits', 'b.csv', 'c.fits'))
    await vi.waitFor(() => expect(files.question?.file.name).toBe('a.fits'))
    expect(asked()).toEqual(['files.upload', 'maps.inspect'])
    const { question } = files
    if (question) files.addMap(question, question.maps[0], { frequency_ghz: 0.408 })
    await vi.waitFor(() => expect(files.catalogue?.file.name).toBe('b.csv'))
    expect(files.question).toBeNull()
    // One that is dismissed does not keep the next one away.
    files.catalogue = null
    await vi.waitFor(() => expect(files.question?.file.name).toBe('c.fits'))
    files.question = null
    await all
    expect(project.reset).toHaveBeenCalledOnce()
    expect(project.addData.mock.calls).toEqual([
      [
        { name: 'a', file: 'grant:a.fits', hdu: 1, frequency_ghz: 0.408 },
        expect.objectContaining({ name: 'a.fits' }),
        { maps: [map] },
      ],
    ])
  })

  it('are tables where FITS holds no map, added with the HDU that was read', async () => {
    const answers = requests.getMockImplementation()
    requests.mockImplementation((method, ...rest) =>
      method === 'maps.inspect'
        ? Promise.reject(new EngineError({ code: 'no-map', message: 'It holds no sky map.' }))
        : (answers?.(method, ...rest) ?? Promise.reject(new Error(method))),
    )
    const files = useFiles()
    const all = files.drop(dropped('a.fits'))
    await vi.waitFor(() => expect(files.catalogue?.table).toEqual(table))
    if (files.catalogue) files.addCatalogue(files.catalogue, { catalogue: { value: 'rm' } })
    await all
    expect(useMessages().toasts).toEqual([])
    expect(project.addData.mock.calls).toEqual([
      [
        { name: 'a', file: 'grant:a.fits', hdu: 2, catalogue: { value: 'rm' } },
        expect.objectContaining({ name: 'a.fits' }),
        { tables: { 2: table } },
      ],
    ])
    const { hdu, ...text } = table
    project.addData.mockClear()
    const file = {
      grant: 'grant:b.csv',
      name: 'b.csv',
      kind: 'table',
      bytes: 7,
      modified: 0,
    } as const
    files.addCatalogue({ file, table: text }, {})
    expect(hdu).toBe(2)
    expect(project.addData.mock.calls).toEqual([
      [{ name: 'b', file: 'grant:b.csv' }, file, { tables: { '': text } }],
    ])
  })

  it.each([
    new EngineError({ code: 'input', message: 'a.fits is damaged.' }),
    new EngineError({ code: 'closed', message: 'The engine is gone.' }),
  ])('are no tables where that is not known: $message', async (error) => {
    const answers = requests.getMockImplementation()
    requests.mockImplementation((method, ...rest) =>
      method === 'maps.inspect'
        ? Promise.reject(error)
        : (answers?.(method, ...rest) ?? Promise.reject(new Error(method))),
    )
    await useFiles().drop(dropped('a.fits'))
    expect(asked()).toEqual(['files.upload', 'maps.inspect'])
    expect(useFiles().catalogue).toBeNull()
    expect(useMessages().toasts).toMatchObject([{ title: 'Map not loaded', text: error.message }])
  })

  it('take no project away over a run that goes on, but may add to it', async () => {
    runs.active = {}
    const files = useFiles()
    const all = files.drop(dropped('a.larmor', 'a.yaml', 'b.fits'))
    await vi.waitFor(() => expect(files.question?.file.name).toBe('b.fits'))
    files.question = null
    await all
    expect(asked()).toEqual(['files.upload', 'files.upload', 'files.upload', 'maps.inspect'])
    expect(useMessages().toasts.map(({ title }) => title)).toEqual([
      'a.larmor not opened',
      'a.yaml not opened',
    ])
  })

  it('are opened beside one that cannot be read', async () => {
    const [bad, good] = dropped('bad.yaml', 'good.yaml')
    bad.arrayBuffer = () => Promise.reject(new Error('NotReadableError'))
    await useFiles().drop([bad, good])
    expect(useMessages().toasts).toMatchObject([{ title: 'File not read' }])
    expect(requests).toHaveBeenLastCalledWith('runFile.open', { grant: 'grant:good.yaml' })
  })
})
