import { useFiles } from '../stores/files.ts'
import { useMaps } from '../stores/maps.ts'
import { useMask } from '../stores/mask.ts'
import { useProject } from '../stores/project.ts'
import { useView } from '../stores/view.ts'
import type { Command } from './registry.ts'

/** The menus Data and Model. */
export function dataCommands(): Command[] {
  const files = useFiles()
  const maps = useMaps()
  const mask = useMask()
  const project = useProject()
  const view = useView()
  const select = (section: 'magnetic_field' | 'thermal_electrons' | 'cosmic_ray_electrons') => ({
    group: 'Model' as const,
    enabled: () => project.open,
    run: () => view.inspect({ kind: 'model', section }),
  })
  return [
    {
      id: 'data.add',
      title: 'Add map…',
      group: 'Data',
      enabled: () => project.open,
      run: files.openMap,
    },
    {
      id: 'data.add-catalogue',
      title: 'Add catalogue…',
      group: 'Data',
      enabled: () => project.open,
      run: files.openCatalogue,
    },
    {
      id: 'data.reload',
      title: 'Read the data again',
      group: 'Data',
      enabled: () => maps.entry !== null,
      run: maps.loadInput,
    },
    {
      id: 'data.draw-mask',
      title: 'Draw the mask',
      group: 'Data',
      enabled: () => mask.possible && !mask.active,
      run: mask.edit,
    },
    { id: 'model.magnetic', title: 'Magnetic field', ...select('magnetic_field') },
    { id: 'model.thermal', title: 'Thermal electrons', ...select('thermal_electrons') },
    { id: 'model.cosmic-rays', title: 'Cosmic-ray electrons', ...select('cosmic_ray_electrons') },
  ]
}
