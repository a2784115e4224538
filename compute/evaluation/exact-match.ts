/** Whether two texts are the same but for white space at their ends. */
export const isExactMatch = (hypothesis: string, reference: string): boolean => hypothesis.trim() === reference.trim()

/**
 * Whether an output begins with the answer: its first line is the answer. A model that was shown questions and answers goes on
 * with a next question.
 */
export const isAnswer = (output: string, answer: string): boolean =>
  isExactMatch(output.trimStart().split('\n', 1)[0]!, answer)
