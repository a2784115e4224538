/** The options of an attribution that nobody changed. */
export const options = {
  method: 'integrated-gradients',
  baseline: 'zero',
  objective: 'log-prob',
  attributeSpecial: false,
  contrast: null,
  quadrature: { tolerance: 0.01 },
} as const

/** The log-probability of one token, as programs are built for it. */
export const logProbSpec = { objective: 'log-prob', isContrast: false, isSpan: false } as const

/** Golden numbers are those of every token. */
export const goldenOptions = { ...options, attributeSpecial: true } as const
