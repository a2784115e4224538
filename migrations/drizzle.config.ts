import { defineConfig } from 'drizzle-kit'

/** Paths are relative to the folder the command runs in: the root of the project. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './server/db/schema.ts',
  out: './migrations',
})
