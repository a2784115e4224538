/** How numbers are written: U+2212 as minus, digits by kind of number, a unit wherever one exists. */

const minus = '\u2212'

const rounded = (value: number, digits: number): string => Math.abs(value).toFixed(digits)

/** Whether nothing is left of the value at this many digits; such a value has no sign. */
export const roundsToZero = (value: number, digits: number): boolean => Number(rounded(value, digits)) === 0

/** A contribution: always with its sign, none where it rounds to zero. */
export function signed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return '–'
  if (roundsToZero(value, digits)) return rounded(value, digits)
  return (value < 0 ? minus : '+') + rounded(value, digits)
}

/** A quantity that may be negative but is no contribution: only a minus is written. */
export function plain(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return '–'
  return value < 0 && !roundsToZero(value, digits) ? minus + rounded(value, digits) : rounded(value, digits)
}

/** A probability, never rounded to an impossible or a certain one. */
export function probability(value: number, digits = 2): string {
  const least = 10 ** -digits
  if (value < least) return `<${least.toFixed(digits)}`
  if (value < 1 && Number(value.toFixed(digits)) === 1) return `>${(1 - least).toFixed(digits)}`
  return value.toFixed(digits)
}

/** A share of one as percent with one digit; without one from 100 % on. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–'
  const value = share * 100
  return `${plain(value, Math.abs(value) >= 100 ? 0 : 1)} %`
}

/** A count with thousands commas. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')

/** "1 token", "31 tokens": the noun is given in its singular. */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`

/** "24 of 31". */
export const share = (part: number, whole: number): string => `${count(part)} of ${count(whole)}`

/** A size on disk, decimal units, two to three digits. */
export function bytes(value: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${power === 0 || scaled >= 99.95 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`
}

/** "4 s left", from seconds. */
export function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole < 100) return `${whole} s left`
  const minutes = Math.round(whole / 60)
  if (minutes < 100) return `${minutes} min left`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`
}

/** The time of day, "12:04". */
export function clock(at: number): string {
  const date = new Date(at)
  return `${date.getHours().toString().padStart(2, '0')}:${date.getMinutes().toString().padStart(2, '0')}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** How long ago, in the words a person would use. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const date = new Date(at)
  if (date.toDateString() === new Date(now).toDateString()) return `today ${clock(at)}`
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${months[date.getMonth()]}${year}`
}
