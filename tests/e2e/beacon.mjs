const PHASES = ['redirect', 'dns', 'tcp', 'tls', 'request', 'response', 'dom', 'load']

/** Parses a beacon (docs/beacon.md), and fills in members that have their default. */
export function readBeacon(text) {
  const beacon = JSON.parse(text)
  beacon.view ??= beacon.id.replace(/-[^-]*$/, '')
  beacon.navigation ??= 'navigate'
  beacon.device ??= 'desktop'
  if (beacon.phases) for (const phase of PHASES) beacon.phases[phase] ??= 0
  return beacon
}
