/** A model, variant or parameter that does not exist or is out of range; `key` is where it was given. */
export class ModelError extends Error {
  readonly key: string
  constructor(key: string, message: string) {
    super(message)
    this.name = 'ModelError'
    this.key = key
  }
}

/** The same mistake, seen from one level further up: `key` becomes `prefix.key`. */
export function within(prefix: string, error: ModelError): ModelError {
  return new ModelError(`${prefix}.${error.key}`, error.message)
}
