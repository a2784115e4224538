/** Of what computes: part of every run key and result file. Raise it whenever any number changes. */
export const engineVersion = '1'
