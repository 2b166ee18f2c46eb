/** Whether the user told the browser that they do not want to be followed: Global Privacy Control, Do Not Track. */
export function declines(): boolean {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & {
    globalPrivacyControl?: boolean
    doNotTrack?: string | null
  }
  const told = doNotTrack ?? (globalThis as { doNotTrack?: string | null }).doNotTrack
  return !!globalPrivacyControl || told === '1' || told === 'yes'
}
