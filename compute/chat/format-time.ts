const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

const dayOfYear = (time: Date): number =>
  Math.round(
    (Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) - Date.UTC(time.getFullYear(), 0, 1)) / 86_400_000,
  ) + 1

const fields: Readonly<Record<string, (time: Date) => string>> = {
  '%': () => '%',
  a: (time) => days[time.getDay()]!.slice(0, 3),
  A: (time) => days[time.getDay()]!,
  b: (time) => months[time.getMonth()]!.slice(0, 3),
  B: (time) => months[time.getMonth()]!,
  d: (time) => pad(time.getDate()),
  F: (time) => `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`,
  H: (time) => pad(time.getHours()),
  I: (time) => pad(time.getHours() % 12 || 12),
  j: (time) => pad(dayOfYear(time), 3),
  m: (time) => pad(time.getMonth() + 1),
  M: (time) => pad(time.getMinutes()),
  p: (time) => (time.getHours() < 12 ? 'AM' : 'PM'),
  S: (time) => pad(time.getSeconds()),
  T: (time) => `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`,
  y: (time) => pad(time.getFullYear() % 100),
  Y: (time) => String(time.getFullYear()),
}

/** A local time as Python's `strftime` writes it in English; `%-d` is `%d` without zeros in front. What it does not know stays. */
export function formatTime(time: Date, format: string): string {
  return format.replace(/%(-?)(.)/g, (whole, bare: string, name: string) => {
    const field = Object.hasOwn(fields, name) ? fields[name]!(time) : null
    if (field === null) return whole
    return bare === '' ? field : field.replace(/^0+(?=\d)/, '')
  })
}
