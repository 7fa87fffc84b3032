/**
 * What the keys of a run file mean, in plain language, and where that is from. An entry holds for every key that ends as it says
 * (`grid.shape` for `magnetic_field.grid.shape`); the longest that fits is taken.
 */
export interface KeyHelp {
  readonly key: string
  readonly text: string
  /** Where the definition or the default is from; without one, it is a matter of this program. */
  readonly source?: string
}

const gorski = 'Górski et al. (2005), ApJ 622, 759'
const page = 'Page et al. (2007), ApJS 170, 335'

export const runFileHelp: readonly KeyHelp[] = [
  { key: 'title', text: 'What the session is called. It changes nothing.' },
  {
    key: 'box.half_size_kpc',
    text: 'The grid fills |x|, |y|, |z| up to these, about the Galactic centre. Lines of sight end at its faces: what lies beyond is not modelled.',
  },
  {
    key: 'box.observer_kpc',
    text: 'Where the Sun is, from the Galactic centre: x away from it along the line from the Sun, z to the Galactic north pole.',
    source: 'distance to the centre 8.3 kpc: Gillessen et al. (2009), ApJ 692, 1075',
  },
  {
    key: 'sky.nside',
    text: 'Maps are brought to this resolution before the fit: 12 NSIDE² lines of sight. Finer takes four times as long per doubling.',
    source: gorski,
  },
  { key: 'sky.ordering', text: 'How the pixels of simulated maps are numbered.', source: gorski },
  { key: 'sky.pixels', text: 'Pixels to simulate alone, by their numbers. Not used by a fit.' },
  {
    key: 'sky.directions',
    text: 'Directions to simulate instead of a whole sky: Galactic l and b in degrees, or vectors. Not used by a fit.',
  },
  { key: 'sky.distance_kpc', text: 'Where lines of sight end, if before the face of the box.' },
  { key: 'sky.frequencies_ghz', text: 'Frequencies to simulate. A fit takes those of its data.' },
  { key: 'sky.stokes', text: 'Which of I, Q and U are simulated.' },
  {
    key: 'integrator',
    text: 'How the integral along a line of sight is done. Gauss–Legendre within every cell follows the grid exactly; midpoint takes equal steps and serves comparison.',
    source: 'Press et al. (2007), Numerical Recipes, section 4.6',
  },
  {
    key: 'integrator.nodes',
    text: 'Points in each cell that a line of sight crosses. Three are exact to about 1e-7 for a smooth field; thermal electrons with fine structure may need more.',
  },
  { key: 'integrator.samples', text: 'Steps along every line of sight.' },
  { key: 'integrator.step_pc', text: 'Length of a step.' },
  {
    key: 'faraday.phase',
    text: 'How the polarisation turns within a cell: exactly, with the phase of the cell’s middle, to first order, or not at all. Exact unless an earlier result is to be repeated.',
    source: 'Sokoloff et al. (1998), MNRAS 299, 189',
  },
  {
    key: 'output.polarisation',
    text: 'Sign of U in maps that are written: IAU counts angles from north through east, COSMO the other way.',
    source: 'Hamaker & Bregman (1996), A&AS 117, 161',
  },
  { key: 'data.name', text: 'What this map or catalogue is called in panels, curves and files.' },
  {
    key: 'data.file',
    text: 'The FITS map, or the table of sources: CSV, or a binary table in FITS.',
  },
  {
    key: 'hdu',
    text: 'Which extension of the FITS file. Left out: the first with a map, or of a catalogue the first with a table.',
  },
  { key: 'column', text: 'Which column of the file, by number from 0 or by name.' },
  {
    key: 'data.ordering',
    text: 'How the pixels are numbered, where the file does not say. Wrong, the map is scrambled.',
    source: gorski,
  },
  {
    key: 'data.frame',
    text: 'Coordinates of the map, where the file does not say, or of the positions in a catalogue (left out: Galactic). They are rotated to Galactic ones. Equatorial J2000 is ICRS too, from which it differs by 0.02″.',
  },
  {
    key: 'data.bad_value',
    text: 'A number that stands for no measurement, beside NaN and that of HEALPix.',
  },
  {
    key: 'data.quantity',
    text: 'What the map holds: Stokes I, Q or U, Faraday depth or dispersion measure.',
  },
  { key: 'data.frequency_ghz', text: 'The frequency of I, Q or U, where the file does not say.' },
  {
    key: 'data.unit',
    text: 'Unit of the values, where the file does not say. Brightness is brought to Rayleigh-Jeans K.',
    source: 'Planck Collaboration IX (2014), A&A 571, A9, for conversions',
  },
  {
    key: 'data.polarisation',
    text: 'Sign of U in the file, where it does not say: IAU or COSMO.',
    source: 'Hamaker & Bregman (1996), A&AS 117, 161',
  },
  {
    key: 'data.sigma',
    text: 'Standard deviation of a pixel: noise, and what the model cannot describe. A number in the unit of the data, a share of the value, or a map.',
  },
  { key: 'sigma.relative', text: 'σ as a share of the absolute value.' },
  { key: 'sigma.floor', text: 'σ is never smaller, in the unit of the data.' },
  { key: 'data.sigma.file', text: 'A map of σ.' },
  { key: 'sigma.unit', text: 'Unit of the map of σ, where it is not that of the data.' },
  {
    key: 'mask',
    text: 'Which pixels are not compared: those where a map is 0, or those near the Galactic plane.',
  },
  { key: 'mask.file', text: 'A map: pixels where it is 0 are left out.' },
  {
    key: 'mask.galactic_latitude_above_deg',
    text: 'Pixels nearer to the Galactic plane are left out.',
  },
  {
    key: 'bandpass',
    text: 'The frequencies that the model is averaged over, in place of one: from a table, or typed.',
  },
  {
    key: 'bandpass.file',
    text: 'A table (CSV) with the columns frequency_ghz and weight: the model is averaged over the band.',
  },
  { key: 'bandpass.frequencies_ghz', text: 'Frequencies at which the model is averaged.' },
  {
    key: 'bandpass.weights',
    text: 'Relative response at each frequency; their sum does not matter.',
  },
  {
    key: 'data.beam_fwhm_arcmin',
    text: 'Full width at half maximum of a Gaussian beam that the model is smoothed with.',
  },
  {
    key: 'catalogue.l',
    text: 'Column with the longitude in degrees: Galactic, or in the frame of the entry (the right ascension). Left out: l, or ra in an equatorial frame.',
  },
  {
    key: 'catalogue.b',
    text: 'Column with the latitude in degrees: Galactic, or in the frame of the entry (the declination). Left out: b, or dec in an equatorial frame.',
  },
  { key: 'catalogue.value', text: 'Column with the measured value.' },
  {
    key: 'catalogue.sigma',
    text: 'Column with its standard deviation. Left out: σ of the data entry.',
  },
  {
    key: 'catalogue.distance',
    text: 'Column with the distance in kpc, where the line of sight ends. Left out: sources lie behind everything.',
  },
  {
    key: 'nuisance.offset',
    text: 'What is added to the model: worked out with the fit (the zero level of surveys is badly known), nothing, or a number in the unit of the data.',
    source: 'Reich & Reich (1988), A&AS 74, 7; Wehus et al. (2017), A&A 597, A131',
  },
  {
    key: 'nuisance.gain',
    text: 'What the model is multiplied by: worked out with the fit, or a number.',
  },
  {
    key: 'model',
    text: 'A model of the library, a formula, a sum or mixture, a table, or free voxels. Its page in the model panel says where it is published.',
  },
  { key: 'variant', text: 'Which published form of the model.' },
  { key: 'parameters', text: 'Values of the model’s parameters that are not those published.' },
  {
    key: 'free',
    text: 'Parameters of the model that the run fits, each with start, bounds, prior and transform where they are not the model’s own.',
  },
  {
    key: 'formula',
    text: 'Components of a field, or a density, as expressions with units of position; definitions and parameters may be named in them.',
  },
  {
    key: 'of',
    text: 'The models that a sum or mixture is made of, each with its scale or weight.',
  },
  { key: 'B_microgauss', text: 'The components of a uniform field.' },
  { key: 'n_e_cm3', text: 'The density of a uniform medium.' },
  { key: 'C_m3', text: 'The factor C of uniform cosmic-ray electrons.' },
  { key: 'radius_kpc', text: 'A uniform model ends at this distance from the observer.' },
  {
    key: 'magnetic_field.grid.shape',
    text: 'Voxels along x, y, z. Twice as many along each take eight times the memory and about twice the time.',
  },
  {
    key: 'region.r_kpc',
    text: 'The field is free between these distances from the Galactic axis, and 0 elsewhere.',
  },
  {
    key: 'grid.representation',
    text: 'What the optimiser moves: components of B; a vector potential, whose curl has no divergence; a correction to a model; or whitened coordinates of a Gaussian random field.',
    source: 'whitening: Knollmüller & Enßlin (2018), arXiv:1812.04403',
  },
  {
    key: 'grid.free',
    text: 'Whether the field is fitted in every voxel, or held at where it starts.',
  },
  {
    key: 'grid.relative_rate',
    text: 'Learning rate of the logarithm of the density, as a share of the optimiser’s.',
  },
  { key: 'file', text: 'A table on a grid (NPY, FITS or HDF5) in place of a model.' },
  { key: 'half_size_kpc', text: 'The box that the table covers. Left out: that of the run.' },
  { key: 'centre_kpc', text: 'The middle of the table’s box.' },
  { key: 'random', text: 'A Gaussian random field that is added to the regular one.' },
  {
    key: 'random.seed',
    text: 'Another number gives another realisation; the same one always the same.',
  },
  { key: 'random.rms_microgauss', text: 'Root mean square strength of the random field.' },
  {
    key: 'random.strength',
    text: 'A model of the strength in place of a number: it may vary with position.',
  },
  {
    key: 'random.spectral_slope',
    text: 'The power falls as k to minus this between the two scales; 11/3 is Kolmogorov’s.',
    source: 'Kolmogorov (1941); Armstrong, Rickett & Spangler (1995), ApJ 443, 209',
  },
  { key: 'random.outer_scale_kpc', text: 'The longest wavelength.' },
  {
    key: 'random.inner_scale_kpc',
    text: 'The shortest wavelength. Left out: the shortest that the grid holds.',
  },
  { key: 'random.anisotropy', text: 'Above 1: stronger along the regular field than across it.' },
  {
    key: 'random.striation',
    text: 'A part along the regular field with random sign, as a share of its square.',
    source: 'Jansson & Farrar (2012), ApJ 757, 14',
  },
  { key: 'random.divergence_free', text: 'Whether what has divergence is projected out.' },
  { key: 'random.shape', text: 'The grid that the random field is made on.' },
  {
    key: 'free_free',
    text: 'Emission and absorption of the ionised gas, which matter at low frequencies and near the plane.',
  },
  {
    key: 'free_free.electron_temperature_k',
    text: 'Temperature of the ionised gas, for its emission and absorption at low frequencies.',
    source: 'Draine (2011), Physics of the Interstellar and Intergalactic Medium, chapter 10',
  },
  {
    key: 'cosmic_ray_electrons.spectral_index',
    text: 'The electrons fall as energy to minus p; brightness as frequency to −(p + 3)/2.',
    source: `${page}: p = 3`,
  },
  { key: 'spectral_index_map.file', text: 'A HEALPix map of p, held fixed.' },
  {
    key: 'spectral_index_regions.file',
    text: 'A HEALPix map of whole numbers: pixels with the same number are a region with one p.',
  },
  {
    key: 'spectral_index_regions.initial',
    text: 'p where a run starts, by the number of the region.',
  },
  { key: 'spectral_index_regions.free', text: 'Whether p of each region is fitted.' },
  {
    key: 'spectrum',
    text: 'How many electrons there are per energy where that is no power law: from a table, or two power laws that meet.',
  },
  {
    key: 'spectrum.file',
    text: 'A table (CSV) with the columns energy_gev and density: the electrons per energy where that is no power law.',
  },
  { key: 'spectrum.break_gev', text: 'Where two power laws meet.' },
  {
    key: 'spectrum.index_below',
    text: 'Slope below the break: density falls as energy to minus this.',
  },
  { key: 'spectrum.index_above', text: 'Slope above the break.' },
  { key: 'spectrum.from_gev', text: 'No electrons below.' },
  { key: 'spectrum.to_gev', text: 'No electrons above.' },
  {
    key: 'spectrum.reference_gev',
    text: 'Where the spectrum has as many electrons as the power law with C and p.',
  },
  {
    key: 'regularisation.term',
    text: 'What is held to be unlikely: differences between neighbours (smoothness, total variation), divergence, strength, or departure from a Gaussian random field.',
    source: 'total variation: Rudin, Osher & Fatemi (1992), Physica D 60, 259',
  },
  { key: 'regularisation.weight', text: 'How unlikely. Judge it by the held-out chi-square.' },
  { key: 'regularisation.of', text: 'Which free grid the term is of.' },
  {
    key: 'regularisation.sigma_microgauss',
    text: 'Standard deviation of each component of the random field.',
  },
  { key: 'regularisation.correlation_kpc', text: 'On larger scales the spectrum is flat.' },
  { key: 'regularisation.slope', text: 'On smaller scales the power falls as k to minus this.' },
  {
    key: 'held_out',
    text: 'Blocks of pixels that are kept from the fit, to measure how well it predicts: one of so many folds, or a share drawn at random.',
  },
  {
    key: 'held_out.fold',
    text: 'Which tenth (or other share) of the blocks is kept from the fit.',
  },
  { key: 'held_out.of', text: 'How many folds the blocks are divided into.' },
  {
    key: 'held_out.fraction',
    text: 'Which share of the blocks is kept from the fit, drawn at random.',
  },
  { key: 'held_out.seed', text: 'Another number draws other blocks.' },
  {
    key: 'held_out.block_nside',
    text: 'Size of the blocks, as pixels of this NSIDE: single pixels would be predicted by their neighbours.',
  },
  {
    key: 'optimiser.method',
    text: 'ADAM, Yogi and AdaBelief make many cheap steps; L-BFGS and Gauss–Newton fewer, which end by themselves. For parameters of models take L-BFGS.',
    source:
      'Kingma & Ba (2015); Zaheer et al. (2018); Zhuang et al. (2020); Nocedal & Wright (2006), chapters 7 and 10',
  },
  {
    key: 'optimiser.learning_rate',
    text: 'How far a step may move an unknown, in its unit; of L-BFGS, the largest change in the first step.',
    source: 'Kingma & Ba (2015), arXiv:1412.6980',
  },
  {
    key: 'optimiser.levels',
    text: 'Coarser grids to begin with, each with half the resolution of the next: reaches the same loss in about half of the time.',
  },
  {
    key: 'optimiser.schedule',
    text: 'How the learning rate changes until the last iteration.',
    source: 'Loshchilov & Hutter (2017), arXiv:1608.03983',
  },
  { key: 'optimiser.clip_norm', text: 'A longer gradient is shortened to this norm.' },
  { key: 'optimiser.memory', text: 'Pairs of steps and gradient changes that L-BFGS keeps.' },
  {
    key: 'optimiser.inner_iterations',
    text: 'Most conjugate-gradient iterations in a Gauss–Newton step.',
  },
  {
    key: 'optimiser.preconditioner',
    text: 'Whether L-BFGS scales its first step by the curvature of the data in each unknown.',
  },
  {
    key: 'optimiser.tolerance',
    text: 'A step that lowers the loss by a smaller share is the last.',
  },
  {
    key: 'optimiser.corrections',
    text: 'How often at most a fit of parameters alone integrates its models without the grid, and takes what the grid costs into account.',
  },
  { key: 'optimiser.iterations', text: 'Steps in all. A run can be resumed for more.' },
  { key: 'optimiser.seed', text: 'For the random probes of the preconditioner.' },
  {
    key: 'start_from.file',
    text: 'A session whose run the new one starts from. Left out: the session that it is in.',
  },
  { key: 'start_from.run', text: 'The run whose result is where the unknowns begin.' },
  {
    key: 'checkpoint.every_s',
    text: 'How often the state is written to the session. It changes no bit of the result.',
  },
  {
    key: 'backend',
    text: 'What computes: threads of the processor (wasm), a graphics card (webgpu), or float64 to compare with (reference). Automatic takes the fastest that is exact enough.',
  },
]

/** What is said of a key, its list positions left out (`data.sigma.floor`): the entry with the longest end that fits. */
export function helpOfKey(key: string): KeyHelp | undefined {
  const parts = key.split('.')
  for (let from = 0; from < parts.length; from++) {
    const end = parts.slice(from).join('.')
    const found = runFileHelp.find((entry) => entry.key === end)
    if (found) return found
    // What lies within a formula, a sum or freedoms is told as one.
    const within = runFileHelp.find(
      (entry) => wholes.has(entry.key) && end.startsWith(`${entry.key}.`),
    )
    if (within) return within
  }
  return undefined
}

const wholes = new Set(['integrator', 'formula', 'of', 'free', 'random.strength', 'parameters'])
