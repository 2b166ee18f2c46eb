// What kind of device this is, so far as the browser tells everyone.
import { attempt } from './guard.js'

export interface DeviceInfo {
  device: 'desktop' | 'tablet' | 'phone'
  connection?: string
  memory?: number
}

interface Telling {
  connection?: { effectiveType?: string }
  deviceMemory?: number
}

export function deviceInfo(): DeviceInfo {
  const told = navigator as Navigator & Telling
  const isTouch = attempt(() => matchMedia('(pointer: coarse)').matches)
  const shorter = attempt(() => Math.min(screen.width, screen.height)) ?? 0
  const connection = attempt(() => told.connection?.effectiveType)
  const memory = attempt(() => told.deviceMemory)
  return {
    device: !isTouch ? 'desktop' : shorter >= 600 ? 'tablet' : 'phone',
    ...(typeof connection === 'string' && { connection }),
    ...(typeof memory === 'number' && memory >= 0 && memory <= 4096 && { memory }),
  }
}
