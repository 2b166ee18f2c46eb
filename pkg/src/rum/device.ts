import { attempt } from './lib/guard.js'

export interface DeviceInfo {
  device: 'desktop' | 'tablet' | 'phone'
  connection?: string
  memory?: number
}

interface NavigatorInfo {
  connection?: { effectiveType?: string }
  deviceMemory?: number
}

/** The class of the device, and what the browser says without a permission. */
export function deviceInfo(): DeviceInfo {
  const info = navigator as Navigator & NavigatorInfo
  const isTouch = attempt(() => matchMedia('(pointer: coarse)').matches)
  const isLarge = attempt(() => screen.width >= 600 && screen.height >= 600)
  const connection = attempt(() => info.connection?.effectiveType)
  const memory = attempt(() => info.deviceMemory)
  return {
    device: !isTouch ? 'desktop' : isLarge ? 'tablet' : 'phone',
    connection: typeof connection === 'string' ? connection : undefined,
    memory: memory! >= 0 && memory! <= 4096 ? +memory! : undefined,
  }
}
