export { type CoatcheckConfig, defineConfig } from './cli/define-config.ts'
