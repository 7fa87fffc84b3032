import type { Unconstrained } from '#shared/session/unconstrained.ts'

/** What is said of each, and the heading of "What data cannot tell" that explains it. */
export const unconstrainedWords: Readonly<
  Record<Unconstrained, { readonly text: string; readonly place: string }>
> = {
  'field-unseen': { text: 'The magnetic field', place: 'nothing-depends-on-it' },
  'thermal-electrons-unseen': { text: 'The thermal electrons', place: 'nothing-depends-on-it' },
  'cosmic-rays-unseen': { text: 'The cosmic-ray electrons', place: 'nothing-depends-on-it' },
  sign: { text: 'The sign of the field', place: 'sign-of-the-field' },
  parallel: { text: 'B∥, along each line of sight', place: 'along-the-line-of-sight' },
  perpendicular: { text: 'B⊥, across each line of sight', place: 'along-the-line-of-sight' },
  direction: {
    text: 'The direction of B⊥ in the plane of the sky',
    place: 'direction-across-the-line-of-sight',
  },
  distances: { text: 'Where along a line of sight', place: 'distances' },
  strength: { text: 'Field and electrons apart', place: 'strength-or-electrons' },
}

export const unconstrainedPage = 'what-data-cannot-tell'
