/** What kind of thing went wrong, for callers that choose an exit code or a picture, and for tables of outcomes. */
export type FitsErrorCode =
  | 'not-fits'
  | 'bad-header'
  | 'truncated'
  | 'bad-value'
  | 'unsupported'
  | 'too-big'
  | 'no-map'
  | 'no-such'
  | 'needs-answer'

export interface FitsErrorPlace {
  /** HDU number, counted from 0 as astropy does. */
  hdu?: number
  keyword?: string
}

/**
 * The only error the FITS reader throws for a bad file. The message says what is wrong, where, and what to do;
 * it does not know the file's name, which the caller puts before it.
 */
export class FitsError extends Error {
  override readonly name = 'FitsError'
  readonly code: FitsErrorCode
  readonly hdu: number | undefined
  readonly keyword: string | undefined
  readonly advice: string

  constructor(code: FitsErrorCode, problem: string, advice: string, place: FitsErrorPlace = {}) {
    super(`${place.hdu === undefined ? '' : `HDU ${place.hdu}: `}${problem}. ${advice}`)
    this.code = code
    this.hdu = place.hdu
    this.keyword = place.keyword
    this.advice = advice
  }
}

/** The advice for a file that breaks the standard in a way no setting can repair. */
export const damagedAdvice =
  'The file is damaged or was written wrongly; get it again from its source.'
