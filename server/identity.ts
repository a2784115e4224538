import { createHash } from 'node:crypto'

/** Source of random bytes; `node:crypto` outside tests. */
export type RandomBytes = (size: number) => Uint8Array

/** A new id: 100 random bits in lower-case letters and digits, so that it can neither be guessed nor confused with a path. */
export function makeId(random: RandomBytes): string {
  return Array.from(random(20), (byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte & 31]).join('')
}

/** A new session token: 256 random bits. */
export function makeToken(random: RandomBytes): string {
  return Buffer.from(random(32)).toString('base64url')
}

/** What of a token is stored. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
