/** What a field is of; null: of the model, before any run. */
export const stateText = (iteration: number | null): string =>
  iteration === null ? 'starting model' : `iteration ${iteration}`
