import { useDock } from '../stores/dock.ts'
import { useView } from '../stores/view.ts'
import type { Command } from './registry.ts'

const drawn = [
  ['volume', 'Volume: draw the volume'],
  ['surface', 'Volume: draw an isosurface'],
  ['arrows', 'Volume: draw arrows'],
  ['lines', 'Volume: draw field lines'],
] as const

/** What is drawn of the field, where slices and volume are on the screen. */
export function fieldCommands(): Command[] {
  const dock = useDock()
  const view = useView()
  const volumeShown = () => dock.isShown('volume')
  const shown = () => volumeShown() || dock.isShown('slices')
  return [
    ...drawn.map(([name, title], index): Command => ({
      id: `field.${name}`,
      title,
      group: 'View',
      rule: index === 0,
      shown: volumeShown,
      checked: () => view.settings.volume[name],
      run: () => void (view.settings.volume[name] = !view.settings.volume[name]),
    })),
    {
      id: 'field.whole',
      title: 'Volume: show the whole box',
      group: 'View',
      shown: volumeShown,
      run: () => void (view.settings.volume.camera = null),
    },
    {
      id: 'field.arms',
      title: 'Spiral arms in slices and volume',
      group: 'View',
      shown,
      checked: () => view.settings.volume.overlays.includes('arms'),
      run: () => {
        const { overlays } = view.settings.volume
        const others = overlays.filter((name) => name !== 'arms')
        view.settings.volume.overlays = overlays.includes('arms') ? others : [...others, 'arms']
      },
    },
  ]
}
