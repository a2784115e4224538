import { z } from 'zod'

/** A name people read: trimmed, not empty, without control characters and without marks that turn the direction of what follows. */
export const displayName = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u, 'has characters that cannot be seen')
