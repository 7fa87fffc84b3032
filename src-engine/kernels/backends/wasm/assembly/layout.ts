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

/** One voxel: f32 Bx, By, Bz, spare (always 0). */
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

/** Scratch of a thread: the cubic's four coefficients, those of the tangent, then geometry records of one ray. */
export const SCRATCH_TANGENT: usize = 64
export const SCRATCH_GEOMETRY: usize = 128
