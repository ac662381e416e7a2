import { SessionError } from './errors.ts'
import { type Duration, durationOption } from './store/expiry.ts'

/** The options of device-bound sessions. */
export interface DeviceBindingOptions {
  /**
   * The lifetime of a proof. A stolen cookie is useless after this time. Chrome signs at most 6 proofs in 9 minutes for one site,
   * including registrations, so a lifetime of less than 9 minutes can make the user anonymous.
   * @default '10m'
   */
  lifetime?: Duration
  /** A session is bound only this soon after its login, so that a thief cannot bind it later. @default '60s' */
  registerWithin?: Duration
  /**
   * The path of the route that exports `sessions.deviceHandler()`, with the app's `basePath`. @default '/api/session/device'
   */
  path?: string
}

/** Checked `DeviceBindingOptions` with all defaults. */
export interface ResolvedDeviceBinding {
  readonly lifetimeSeconds: number
  readonly registerWithinSeconds: number
  readonly path: string
}

/**
 * Returns the resolved options; null if sessions are not bound to devices.
 * @throws {SessionError} CONFIG_INVALID naming the option and the remedy.
 */
export function resolveDeviceBinding(given: boolean | DeviceBindingOptions | undefined): ResolvedDeviceBinding | null {
  if (given === undefined || given === false) return null
  const { lifetime = '10m', registerWithin = '60s', path = '/api/session/device' } = given === true ? {} : given
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(path)) {
    const remedy = "use a path of this app, such as '/api/session/device'"
    throw new SessionError('CONFIG_INVALID', `deviceBinding.path is ${JSON.stringify(path)}; ${remedy}.`)
  }
  return {
    lifetimeSeconds: Math.ceil(durationOption('deviceBinding.lifetime', lifetime)),
    registerWithinSeconds: durationOption('deviceBinding.registerWithin', registerWithin),
    path,
  }
}
