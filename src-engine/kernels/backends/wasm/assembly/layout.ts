// Memory layout shared with ../layout.ts: change both together.

/** One ray: 64 bytes. */
// f64 direction in lattice cells per kpc (x, y, z)
export const RAY_STEP_X: usize = 0
export const RAY_STEP_Y: usize = 8
export const RAY_STEP_Z: usize = 16
// f64 length in kpc
export const RAY_LENGTH: usize = 24
// f32 unit direction (x, y, z)
export const RAY_DIRECTION_X: usize = 32
export const RAY_DIRECTION_Y: usize = 36
export const RAY_DIRECTION_Z: usize = 40
// u32 number of crossings, u32 index of the first one
export const RAY_CROSSINGS: usize = 44
export const RAY_FIRST: usize = 48
export const RAY_BYTES: usize = 64

/** One crossing's geometry: f32 entry point in the cell (x, y, z), u32 byte offset of the cell's first corner. */
export const GEOMETRY_BYTES: usize = 16

/** One voxel: f32 Bx, By, Bz, and n_e where it is unknown, else 0. */
export const VOXEL_BYTES: usize = 16

/** The problem block: what every pass over the rays reads. */
// f64 observer in lattice coordinates (cell centre i is at i)
export const PROBLEM_ORIGIN_X: usize = 0
export const PROBLEM_ORIGIN_Y: usize = 8
export const PROBLEM_ORIGIN_Z: usize = 16
// i32 grid shape
export const PROBLEM_NX: usize = 24
export const PROBLEM_NY: usize = 28
export const PROBLEM_NZ: usize = 32
// pointers: rays, geometry records (0: walk each ray again), weight records, node table
export const PROBLEM_RAYS: usize = 36
export const PROBLEM_GEOMETRY: usize = 40
export const PROBLEM_WEIGHTS: usize = 44
export const PROBLEM_NODES: usize = 48
// u32 index of the crossing that the weight records start with
export const PROBLEM_FIRST_CROSSING: usize = 52
// u32 groups of four nodes, u32 bytes of a weight record, i32 mask of lane 3 of the last group
export const PROBLEM_GROUPS: usize = 56
export const PROBLEM_RECORD_BYTES: usize = 60
export const PROBLEM_LAST_LANE: usize = 64
// f64 power of B_perp^2: (p + 1) / 4
export const PROBLEM_EXPONENT: usize = 72
// i32 1 where rays are cut at the outermost centres too (walkRay), else 0
export const PROBLEM_MARGIN: usize = 80
// u32 place of the node values of n_e in a weight record; 0: n_e is lane 3 of the field
export const PROBLEM_ELECTRONS: usize = 84
// u32 frequencies of Q and U, pointers to the frequency table and the depth table
export const PROBLEM_FREQUENCIES: usize = 88
export const PROBLEM_FREQUENCY_TABLE: usize = 92
export const PROBLEM_DEPTH_TABLE: usize = 96
// f32 largest 2 lambda^2 (0 without rotation) over LARGEST_STEP: parts of a crossing per rad/m^2
export const PROBLEM_PARTS: usize = 100
// f64 rad/m^2 per (cm^-3 microgauss kpc)
export const PROBLEM_ROTATION: usize = 104

/** Frequency table, one entry each: lambda^2 / pi (turns of 2 chi per rad/m^2) as f64x2 and f32x4, 2 lambda^2 as f32x4. */
export const FREQUENCY_TURNS: usize = 0
export const FREQUENCY_TURNS_4: usize = 16
export const FREQUENCY_RADIANS_4: usize = 32
export const FREQUENCY_BYTES: usize = 48

/**
 * Depth table for at most three nodes, f32x4: columns A_.j (lane i) with the weight w_j in lane 3, rows A_i. (lane j),
 * Gauss weights, their inverses and the nodes' positions (lane j), and the coefficients of 1, x, x^2 in the
 * Lagrange polynomials (lane j). Padded with zeros.
 */
export const DEPTH_COLUMNS: usize = 0
export const DEPTH_ROWS: usize = 48
export const DEPTH_WEIGHTS: usize = 96
export const DEPTH_INVERSE_WEIGHTS: usize = 112
export const DEPTH_NODES: usize = 128
export const DEPTH_LAGRANGE: usize = 144

/** Sums of a ray, f64: emission, n_e, Faraday depth (twice); then Q and U of each frequency. */
export const SUMS_DEPTH: usize = 16
export const SUMS_POLARISED: usize = 32
export const SUMS_POLARISED_BYTES: usize = 16

/** Cotangents of a ray's sums, f32: as above. */
export const COTANGENT_COLUMN: usize = 4
export const COTANGENT_DEPTH: usize = 8
export const COTANGENT_POLARISED: usize = 16
export const COTANGENT_POLARISED_BYTES: usize = 8

/**
 * Scratch of a thread: the cubic's four coefficients, those of the tangent, the polynomials of C and n_e in a crossing that is cut
 * into parts (three coefficients each), then geometry records of one ray.
 */
export const SCRATCH_TANGENT: usize = 64
export const SCRATCH_PARTS: usize = 128
export const SCRATCH_GEOMETRY: usize = 256

// The general kernel has tables, sums and a workspace of its own.

// pointers: C and p on the grid [voxel] f32 (0: given otherwise), p of each ray f64, table of emissivities
export const PROBLEM_COSMIC_RAYS: usize = 112
export const PROBLEM_INDEX_GRID: usize = 116
export const PROBLEM_RAY_INDEX: usize = 120
export const PROBLEM_EMISSIVITY: usize = 124
// u32 nodes per crossing, u32 offset of the workspace in a thread's scratch
export const PROBLEM_NODE_COUNT: usize = 128
export const PROBLEM_WORKSPACE: usize = 132
// u32 place of the crossing's length in a weight record
export const PROBLEM_LENGTH: usize = 136
// pointer to the table of emission by a spectrum that is no power law; 0: a power law
export const PROBLEM_SPECTRUM: usize = 140
// f64 temperature of the thermal electrons in K
export const PROBLEM_TEMPERATURE: usize = 144
// f64 largest 2 lambda^2 and largest opacity over LARGEST_STEP
export const PROBLEM_TURN_PARTS: usize = 152
export const PROBLEM_OPACITY_PARTS: usize = 160

/**
 * Frequency table of the general kernel, f64: ln(nu / GHz), 2 lambda^2, opacity per kpc cm^-6, and ln b^2 below which a
 * spectrum of electrons that ends emits nothing.
 */
export const GENERAL_LOG_FREQUENCY: usize = 0
export const GENERAL_RADIANS: usize = 8
export const GENERAL_OPACITY: usize = 16
export const GENERAL_FIRST_SQUARE: usize = 24
export const GENERAL_FREQUENCY_BYTES: usize = 32

/** Depth table of the general kernel for N nodes, f64: xi [N], w [N], A [N][N]. */

/** ln K_I at 1 GHz and its derivative by p, f64 pairs at p = 1 + n EMISSIVITY_STEP. */
export const EMISSIVITY_STEP: f64 = 0.0078125

/**
 * Emission of electrons with any spectrum, per frequency and knot n at ln b^2 = SPECTRUM_START + n SPECTRUM_STEP, f64:
 * logarithms of I and of the polarised part per b^2, each with its slope.
 */
export const SPECTRUM_START: f64 = -28
export const SPECTRUM_STEP: f64 = 0.04
export const SPECTRUM_KNOTS: i32 = 1051
export const SPECTRUM_INTENSITY: usize = 0
export const SPECTRUM_POLARISED: usize = 16
export const SPECTRUM_KNOT_BYTES: usize = 32

/** Sums of a ray, f64: emission measure, n_e, Faraday depth, spare; of each frequency synchrotron I, Q, U, and I. */
export const GENERAL_MEASURE: usize = 0
export const GENERAL_COLUMN: usize = 8
export const GENERAL_DEPTH: usize = 16
export const GENERAL_STOKES: usize = 32
export const GENERAL_STOKES_BYTES: usize = 32
export const STOKES_SYNCHROTRON: usize = 0
export const STOKES_Q: usize = 8
export const STOKES_U: usize = 16
export const STOKES_I: usize = 24

/**
 * Workspace of the general kernel, f64: lists of eight for the nodes of a part, then the ray's frame (north, east, toward the
 * observer), then K_I of each frequency. A set of six lists (b_N, b_E, b_L, n_e, C, p) is the state; another its change
 * or its derivatives.
 */
export const LIST: usize = 64
export const SET_NORTH: usize = 0
export const SET_EAST: usize = 64
export const SET_NEAR: usize = 128
export const SET_THERMAL: usize = 192
export const SET_COSMIC_RAY: usize = 256
export const SET_INDEX: usize = 320
export const WORK_STATE: usize = 0
export const WORK_OTHER: usize = 384
// lengths times Gauss weights (times C where that is a function), T and the same of the emission measure
export const WORK_WEIGHT: usize = 768
export const WORK_TURN: usize = 832
export const WORK_ABSORPTION: usize = 896
// C and n_e at the nodes of a whole crossing, where they are functions
export const WORK_CROSSING_COSMIC_RAY: usize = 960
export const WORK_CROSSING_THERMAL: usize = 1024
// depth and emission measure in front of the nodes, and their changes
export const WORK_PHI: usize = 1088
export const WORK_MEASURE: usize = 1152
export const WORK_PHI_CHANGE: usize = 1216
export const WORK_MEASURE_CHANGE: usize = 1280
export const WORK_FRAME: usize = 1344
// the p whose K_I follow
export const WORK_EMISSIVITY_INDEX: usize = 1432
export const WORK_EMISSIVITY: usize = 1440
