import type { ModelPlace } from './model-choices.ts'

/** What a formula begins with. */
export const firstFormulas: Readonly<Record<ModelPlace, Record<string, unknown>>> = {
  magnetic_field: {
    definitions: { strength: 'b0 * exp(-(r - 8.3 kpc) / 10 kpc) * sech2(z / h)' },
    B_r: 'strength * sin(pitch)',
    B_phi: 'strength * cos(pitch)',
    parameters: {
      b0: { value: 2, unit: 'microgauss' },
      pitch: { value: 12, unit: 'deg' },
      h: { value: 2, unit: 'kpc' },
    },
  },
  thermal_electrons: {
    n_e: 'n0 * exp(-abs(z) / h)',
    parameters: { n0: { value: 0.03, unit: 'cm^-3' }, h: { value: 1, unit: 'kpc' } },
  },
  random_strength: {
    b_rms: 'b0 * exp(-r / l) * exp(-abs(z) / h)',
    parameters: {
      b0: { value: 6, unit: 'microgauss' },
      l: { value: 10, unit: 'kpc' },
      h: { value: 1.5, unit: 'kpc' },
    },
  },
  cosmic_ray_electrons: {
    C: 'c0 * exp(-r / l) * sech2(z / h)',
    parameters: {
      c0: { value: 40, unit: 'm^-3' },
      l: { value: 5, unit: 'kpc' },
      h: { value: 1, unit: 'kpc' },
    },
  },
}
