import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './lib/stores/drizzle/schema.ts', out: './drizzle' })
