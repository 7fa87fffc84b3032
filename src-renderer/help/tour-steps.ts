/** What a step of the tour looks at to know whether it has been done; all of it is the user's doing. */
export interface TourSight {
  readonly open: boolean
  readonly runs: number
  readonly iteration: number
  readonly hasSightline: boolean
}

export interface TourStep {
  readonly title: string
  readonly text: string
  /** CSS selectors of what it points at; the first that is on the screen counts. None: the middle of the window. */
  readonly targets: readonly string[]
  /** Where to look when nothing of it is there. */
  readonly otherwise?: string
  /** What the user has to do for the step to be done; without it, reading is enough. */
  readonly done?: (sight: TourSight) => boolean
}

/** By the tab that is on top. */
const panel = (tab: string) => `[data-help="${tab}"]`

/** The Haslam story: from the sample to a field, in the order of product and manual. */
export const tourSteps: readonly TourStep[] = [
  {
    title: 'From a map to a field',
    text: 'This is the all-sky map of radio emission at 408 MHz (Haslam et al. 1982). Press it: the sample opens, and a fit of the magnetic field starts at once.',
    targets: ['[data-tour="haslam408"]'],
    otherwise: 'Close the session (File, Close session) to come to the start screen.',
    done: ({ open, runs }) => open && runs > 0,
  },
  {
    title: 'The run goes on',
    text: 'The engine prepares the lines of sight, then takes 200 steps. Here are stage, speed and time left; Pause loses nothing.',
    targets: ['section.runbar'],
    done: ({ iteration }) => iteration >= 5,
  },
  {
    title: 'Data, model, residual',
    text: 'The same view of all three: point at a pixel to read them. As the run goes on, the model comes to look like the data and the structure in the residual goes.',
    targets: [panel('Sky'), 'figure.sky-panel'],
    otherwise: 'Choose the layout Fit, top right.',
  },
  {
    title: 'Is it the sky, or the noise?',
    text: 'A tenth of the sky is kept from the fit. The dashed curve says how well it is predicted: where it rises while the other falls, noise is being fitted.',
    targets: [panel('Curves')],
    otherwise: 'Choose the layout Fit, top right, and the tab Curves.',
  },
  {
    title: 'The field',
    text: 'Three cuts through the Galaxy with the Sun and the centre marked; the tab Volume shows it in space. Intensity knows neither the sign of the field nor its part along the line of sight: Help, What data cannot tell, says more.',
    targets: [panel('Slices'), panel('Volume')],
    otherwise: 'Choose the layout Fit, top right.',
  },
  {
    title: 'Along one line of sight',
    text: 'Click anywhere in the sky: the tab Sightline, in the panel of the curves, shows field, electrons and emission against distance.',
    targets: ['figure.sky-panel .stage', 'figure.sky-panel'],
    otherwise: 'Choose the layout Fit, top right.',
    done: ({ hasSightline }) => hasSightline,
  },
  {
    title: 'Take it with you',
    text: 'File, Export run writes maps, field, curves and figures. The session is one file, which has been written all along.',
    targets: ['[role="menubar"]'],
  },
  {
    title: 'That was it',
    text: 'The question mark in each panel, and F1, open its page of the manual. Commands (Ctrl K) finds everything by its words. The tour can be taken again from the menu Help.',
    targets: ['[role="menubar"]'],
  },
]
