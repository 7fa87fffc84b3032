/** The curves of a run as they arrive: float64 columns that grow, outside Vue. */
export class CurveTable {
  #columns: string[] = []
  #data = new Map<string, Float64Array>()
  #rows = 0

  get columns(): readonly string[] {
    return this.#columns
  }
  get rows(): number {
    return this.#rows
  }

  /** The values of a column, a view that later appends may replace. */
  column(name: string): Float64Array {
    return this.#data.get(name)?.subarray(0, this.#rows) ?? new Float64Array(0)
  }

  last(name: string): number | undefined {
    return this.#rows === 0 ? undefined : this.#data.get(name)?.[this.#rows - 1]
  }

  /**
   * Puts `rows` rows of `values` ([rows][columns]) at row `from`. Rows that are there already are replaced and what
   * follows them is dropped: a resumed run starts again at its checkpoint.
   *
   * @returns false when rows between are missing, so that the caller has to ask for them
   */
  write(
    columns: readonly string[],
    from: number,
    rows: number,
    values: ArrayLike<number>,
  ): boolean {
    if (from > this.#rows) return false
    if (columns.join('\n') !== this.#columns.join('\n')) {
      if (from !== 0) return false
      this.#columns = [...columns]
      this.#data.clear()
      this.#rows = 0
    }
    const total = from + rows
    columns.forEach((name, index) => {
      const target = this.#room(name, total)
      for (let row = 0; row < rows; row++) target[from + row] = values[row * columns.length + index]
    })
    this.#rows = total
    return true
  }

  clear(): void {
    this.#rows = 0
  }

  #room(name: string, rows: number): Float64Array {
    const old = this.#data.get(name)
    if (old && old.length >= rows) return old
    const grown = new Float64Array(Math.max(256, 2 * rows))
    if (old) grown.set(old.subarray(0, this.#rows))
    this.#data.set(name, grown)
    return grown
  }
}
