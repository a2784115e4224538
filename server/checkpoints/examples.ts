/** Names of the checkpoints of the examples: no other is registered under them. */
export const exampleCheckpoints = ['newsroom', 'phrasebook', 'quiz', 'quiz-early'] as const
