/** What was found: a document for programs, and the same in lines for people. */
export interface Inspection {
  readonly document: object
  readonly lines: readonly string[]
}
