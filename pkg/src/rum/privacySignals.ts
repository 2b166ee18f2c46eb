/** Whether the user has set Global Privacy Control or Do Not Track. */
export function optsOut(): boolean | undefined {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean
    doNotTrack?: string | null
  }
  const dnt = doNotTrack ?? (globalThis as { doNotTrack?: string | null }).doNotTrack
  return globalPrivacyControl || dnt === 'yes' || dnt === '1'
}
