import { formatQuantity } from '#shared/sky/index.ts'
import { isStokes } from '#shared/physics/observables.ts'
import type { DataEntry } from '#shared/session/run-file.ts'

/** What a map of each quantity is called under its colour bar, and how it is shown at first. */
export interface QuantityLook {
  readonly name: string
  readonly colourMap: 'inferno' | 'cividis' | 'diverging'
  readonly signed: boolean
}

const looks: Readonly<Record<DataEntry['quantity'], QuantityLook>> = {
  I: { name: 'Brightness temperature', colourMap: 'inferno', signed: false },
  Q: { name: 'Stokes Q', colourMap: 'diverging', signed: true },
  U: { name: 'Stokes U', colourMap: 'diverging', signed: true },
  faraday_depth: { name: 'Faraday depth', colourMap: 'diverging', signed: true },
  dispersion_measure: { name: 'Dispersion measure', colourMap: 'cividis', signed: false },
}

/** The same with the frequency, where a quantity has one. */
export function quantityTitle(entry: Pick<DataEntry, 'quantity' | 'frequency_ghz'>): string {
  const { name } = lookOf(entry.quantity)
  const { frequency_ghz: frequency } = entry
  return isStokes(entry.quantity) && frequency !== undefined
    ? `${name}, ${formatQuantity(frequency, 'GHz', { digits: 3 })}`
    : name
}

export const lookOf = (quantity: DataEntry['quantity']): QuantityLook => looks[quantity]
