import { defineConfig } from 'coatcheck/config'
export default defineConfig({ sessions: () => import('./app/sessions').then((m) => m.sessions) })
