import { divergingMap, tableOf } from '../sky/colour-scale.ts'
import type { ModelSection } from '../forms/model-choices.ts'
import type { PictureColours } from './picture.ts'

/** Limits that are the same for all models of a section, so that pictures can be compared. */
const looks = {
  magnetic_field: { norm: 'linear', limits: [-4, 4], quantity: 'Sign of Bφ × |B|' },
  thermal_electrons: { norm: 'log', limits: [1e-3, 0.3], quantity: 'nₑ' },
  cosmic_ray_electrons: { norm: 'log', limits: [1, 300], quantity: 'C' },
} as const

export interface PictureLook extends PictureColours {
  readonly colourMap: string
  readonly quantity: string
}

/** How models of a section are drawn. */
export function pictureLook(section: ModelSection, theme: 'dark' | 'light'): PictureLook {
  const colourMap = section === 'magnetic_field' ? divergingMap(theme) : 'cividis'
  return { ...looks[section], colourMap, table: tableOf(colourMap) }
}
