export { type AdminActionOptions, createAdminAction } from './admin/action.ts'
export type { ActingSession, AdminAction, AdminProgress, AdminSessions, AdminState, UserNames } from './admin/admin.ts'
export { SessionAdmin, type SessionAdminProps } from './admin/session-admin.tsx'
