/** Makes the files of an export; loaded when somebody asks for one. */
import { messageOf, WebError } from '#web/errors.ts'
import type { Api } from '#web/api/request.ts'
import { paths } from '#server/wire/paths.ts'
import { svgDocument } from './document.ts'
import type { Inks } from './inks.ts'
import { withText } from './png.ts'
import type { Provenance } from './provenance.ts'
import { fileName, provenanceLine, provenancePairs } from './provenance.ts'
import type { Exportable } from './registry.ts'
import { withMetadata } from './tensors.ts'
import { toCsv, toRecords } from './table.ts'

/** `png` comes at one, two and four pixels for each of the screen's. */
export type Format = 'svg' | 'png1' | 'png2' | 'png4' | 'csv' | 'json' | 'safetensors'

export interface ExportDeps {
  readonly api: Api
  readonly workspace: string
  readonly inks: Inks
  readonly provenance: Provenance
}

export interface ExportedFile {
  readonly name: string
  readonly content: Blob
}

/** The file; throws a WebError that says what is missing. */
export async function makeFile(exportable: Exportable, format: Format, deps: ExportDeps): Promise<ExportedFile> {
  const named = (ending: string, content: Blob): ExportedFile => ({
    name: fileName(exportable.name(), ending),
    content,
  })
  if (format === 'csv') return named('csv', await csvFile(exportable, deps.provenance))
  if (format === 'json') return named('json', await jsonFile(exportable, deps.provenance))
  if (format === 'safetensors') return named('safetensors', await tensorFile(exportable, deps))
  const svg = await svgText(exportable, deps)
  if (format === 'svg') return named('svg', new Blob([svg], { type: 'image/svg+xml' }))
  const scale = { png1: 1, png2: 2, png4: 4 }[format]
  const png = withText(await rasterise(svg, scale), 'Description', provenanceLine(deps.provenance))
  return named(`${scale}x.png`, new Blob([plainBytes(png)], { type: 'image/png' }))
}

async function csvFile(exportable: Exportable, provenance: Provenance): Promise<Blob> {
  const table = await exportable.csv?.()
  if (table === undefined) throw nothing('table')
  // Spreadsheets read UTF-8 only behind a byte order mark.
  return new Blob(['\ufeff', toCsv(table, provenanceLine(provenance))], { type: 'text/csv;charset=utf-8' })
}

async function jsonFile(exportable: Exportable, provenance: Provenance): Promise<Blob> {
  const table = await exportable.csv?.()
  const units = (table ?? []).flatMap(({ name, unit }) => (unit === null ? [] : [[name, unit] as const]))
  const data = exportable.json
    ? exportable.json()
    : table && { units: Object.fromEntries(units), rows: toRecords(table) }
  if (data === undefined) throw nothing('data')
  const content = { provenance: Object.fromEntries(provenancePairs(provenance)), data }
  return new Blob([`${JSON.stringify(content, null, 1)}\n`], { type: 'application/json' })
}

async function tensorFile(exportable: Exportable, { api, workspace, provenance }: ExportDeps): Promise<Blob> {
  const hash = (await exportable.tensors?.()) ?? null
  if (hash === null) throw nothing('result file')
  const bytes = await api.bytes(paths.result(workspace, hash))
  const stamped = withMetadata(bytes, { ...Object.fromEntries(provenancePairs(provenance)), result: hash })
  return new Blob([plainBytes(stamped)], { type: 'application/octet-stream' })
}

async function svgText(exportable: Exportable, { inks, provenance }: ExportDeps): Promise<string> {
  const picture = await exportable.svg?.(inks)
  if (picture === undefined) throw nothing('picture')
  return svgDocument(picture, exportable.caption(), provenance, inks)
}

const nothing = (what: string): WebError =>
  new WebError('bad-file', `There is no ${what} to export yet. Wait until the view is filled, then try again.`)

/** Canvases end at 16,384 pixels a side in most browsers. */
const widest = 16_384

async function rasterise(svg: string, scale: number): Promise<Uint8Array> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale]
    if (Math.max(width, height) > widest)
      throw new WebError(
        'bad-file',
        `The picture would be ${width} × ${height} pixels. Choose a smaller scale, or SVG.`,
      )
    const canvas = new OffscreenCanvas(width, height)
    canvas.getContext('2d')?.drawImage(image, 0, 0, width, height)
    return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  } catch (cause) {
    if (cause instanceof WebError) throw cause
    throw new WebError('internal', `The picture could not be drawn: ${messageOf(cause)}. Export it as SVG instead.`, {
      cause,
    })
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Bytes in a buffer of their own, which is what a Blob takes. */
const plainBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
