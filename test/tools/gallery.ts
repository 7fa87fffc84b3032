/** Names of the screens in docs/screenshots with what is to be seen on them, in the order in which they are shown. */
export const gallery: readonly (readonly [title: string, screens: Record<string, string>])[] = [
  [
    'Start',
    {
      start: 'The first start',
      tour: 'The tour',
      'start-recent': 'Recent sessions',
      'choose-file': 'Choosing a file of the data folder',
      'empty-project': 'An empty project',
    },
  ],
  [
    'Data and sky',
    {
      'inspect-data': 'A map of the sky, with its histogram',
      'sky-globe': 'The same as a globe',
      'sky-gnomonic': 'A part of it, on a plane that touches the sphere',
      'sky-menu': 'Stretches of the colour scale',
      'sky-log': 'The log',
      polarised: 'Stokes Q of WMAP, with the directions of the magnetic field',
      'sky-texture': 'The same as a texture of lines',
      catalogue: 'A catalogue of Faraday depths (made up, as its sky is)',
      mask: 'Drawing a mask',
      'data-settings': 'What is known of a map',
    },
  ],
  [
    'Fit',
    {
      'fit-running': 'A run on its way',
      fit: 'A finished run',
      'sky-swipe': 'Data and model on the sides of a line',
      sightline: 'What lies along one line of sight',
      'seen-by': 'The pixels that see a voxel',
      'curves-compared': 'Two runs compared, with what they were told differently',
      runs: 'The runs of a session',
      'run-settings': 'Settings of the next run',
      'field-settings': 'Settings of the field',
      'field-settings-wrong': 'A setting that cannot be',
    },
  ],
  [
    'Field and models',
    {
      'explore-field': 'Volume and slices',
      coverage: 'How much of the data sees each voxel',
      'volume-drawings': 'Isosurface and field lines',
      'volume-seeds': 'Where field lines begin',
      'volume-film': 'A film of the volume',
      model: 'Models of the field, and the sky that they predict',
      formula: 'A field by a formula',
    },
  ],
  [
    'Commands and dialogs',
    {
      menu: 'A menu',
      'panels-menu': 'The panels',
      palette: 'All commands by their names',
      help: 'Help',
      keys: 'Keys',
      preferences: 'Preferences',
      layouts: 'Arrangements of panels',
      export: 'Export of a run',
      'save-as': 'Saving as another session',
      'delete-run': 'Deleting a run',
      report: 'Reporting a problem',
      about: 'About Larmor',
      'electron-fit': 'The desktop program, a fit',
      'electron-field': 'The desktop program, the field',
    },
  ],
  [
    'Nothing there yet',
    {
      'empty-fit': 'No map, no curves',
      'empty-runs': 'No runs',
      'empty-sightline': 'No line of sight',
    },
  ],
  [
    'At work',
    {
      'map-reading': 'A map is being read: the line at the bottom says so',
      'map-busy': 'Data, model and residual of another map are on their way',
      'run-waiting': 'A run waits for another',
      'run-paused': 'A paused run; the one that waited has failed',
      'close-running': 'Closing while a run goes on',
    },
  ],
  [
    'Files that leave something open, or are no good',
    {
      'map-question': 'A HEALPix map that does not say its order',
      'catalogue-question': 'A table whose columns are not known',
      'map-broken': 'A map that is cut short',
      'map-missing': 'A map that is not where it was',
      'session-missing': 'A session that is not where it was',
      'session-damaged': 'A damaged session',
      'project-closed': 'A project that was closed without being saved',
    },
  ],
  [
    'When something breaks',
    {
      'run-failed': 'A run that failed',
      'engine-gone': 'The engine was killed during a run',
      'engine-unreachable': 'The same on the start screen',
      'recovery-run': 'The next start, after a run was killed',
      'run-interrupted': 'The recovered session',
      'recovery-project': 'The next start, after a project was not saved',
      'no-graphics': 'A browser without WebGL',
    },
  ],
]

/** The page of the gallery. `files`: the pictures that there are, NAME[-THEME][-WIDTH].webp. */
export function galleryPage(files: readonly string[]): string {
  const screenOf = (file: string) => file.replace(/(-(dark|light))?(-\d+)?\.webp$/, '')
  const known = new Set(gallery.flatMap(([, screens]) => Object.keys(screens)))
  const others = [...new Set(files.map(screenOf))].filter((name) => !known.has(name)).sort()
  const more = ['More', Object.fromEntries(others.map((name) => [name, name]))] as const
  const parts = [...gallery, ...(others.length > 0 ? [more] : [])].map(([title, screens]) => {
    const lines = Object.entries(screens).flatMap(([name, caption]) => {
      const pictures = files
        .filter((file) => screenOf(file) === name)
        .sort()
        .map((file) => `<a href="${file}"><img src="${file}" width="400" alt="${caption}"></a>`)
      return pictures.length > 0 ? [`${caption}:\n\n${pictures.join('\n')}\n`] : []
    })
    return `## ${title}\n\n${lines.join('\n')}`
  })
  return (
    '# Screenshots\n\nEvery panel and state of the workbench, dark and light, in windows of 1280x800 and 2560x1440. `npm run screenshots`\n' +
    'makes them anew from the session of `npm run first-light`; errors and interruptions are real ones, of damaged files and killed engines.\n\n' +
    parts.join('\n')
  )
}
