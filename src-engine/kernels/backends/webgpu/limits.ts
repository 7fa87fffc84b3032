/** Radians of 2 lambda^2 |d phi|, or optical depth, within a part of a crossing: three nodes integrate exp(i x) over it to about 1e-5. */
export const LARGEST_STEP = 1.5

/** Parts that a crossing is cut into at most. */
export const MOST_PARTS = 4096
