const PHASES = ['redirect', 'dns', 'tcp', 'tls', 'request', 'response', 'dom', 'load']

/** A beacon as docs/beacon.md has it, with what it leaves out since it goes without saying. */
export function readBeacon(text) {
  const beacon = JSON.parse(text)
  beacon.view ??= beacon.id.replace(/-[^-]*$/, '')
  beacon.navigation ??= 'navigate'
  beacon.device ??= 'desktop'
  if (beacon.phases) for (const phase of PHASES) beacon.phases[phase] ??= 0
  return beacon
}
