/** Everything that has a place of its own in the middle of the workbench. A panel is shown once at most. */
export const panelNames = [
  'sky',
  'log',
  'curves',
  'sightline',
  'runs',
  'slices',
  'volume',
  'gallery',
  'predicted',
  'picture',
] as const
export type PanelName = (typeof panelNames)[number]

/** On tabs, and as the manual calls them. */
export const panelTitles: Readonly<Record<PanelName, string>> = {
  sky: 'Sky',
  log: 'Log',
  curves: 'Curves',
  sightline: 'Sightline',
  runs: 'Runs',
  slices: 'Slices',
  volume: 'Volume',
  gallery: 'Gallery',
  predicted: 'Predicted sky',
  picture: 'Model',
}
