import { constant } from '../graph/index.ts'
import type { ThermalElectronModel } from '../types.ts'

/** No thermal electrons: no Faraday rotation, no dispersion. */
export const noElectrons: ThermalElectronModel = {
  kind: 'thermal-electrons',
  name: 'none',
  title: 'No thermal electrons',
  source: 'by definition',
  variants: [],
  parameters: [],
  expression: () => constant(0),
  discontinuities: () => [],
}
