/** Connects Neon's driver to a relay (relay.ts). `neonConfig` belongs to one copy of the driver. */
export function setRelay(neonConfig, relayPort) {
  neonConfig.wsProxy = () => `localhost:${relayPort}/`
  neonConfig.useSecureWebSocket = false
  neonConfig.forceDisablePgSSL = true
  neonConfig.pipelineTLS = false
  neonConfig.pipelineConnect = false
}
