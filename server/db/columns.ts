import { customType } from 'drizzle-orm/pg-core'

/** Bytes. Drizzle 0.45 has no `bytea`; node-postgres reads Buffer and would write other views as JSON. */
export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  fromDriver: (value) => new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
})
