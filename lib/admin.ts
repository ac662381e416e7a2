export { type AdminActionOptions, createAdminAction } from './admin/action.ts'
export { SessionAdmin, type SessionAdminProps } from './admin/session-admin.tsx'
export type { ActingSession, AdminAction, AdminProgress, AdminSessions, AdminState, UserNames } from './admin/types.ts'
