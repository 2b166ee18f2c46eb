// Pictures for a server that has none: a gradient, and some grain so that it does not compress to nothing.
import * as zlib from 'node:zlib'

/** A PNG of `width` × `height`; the same `seed` gives the same picture. */
export function png(width, height, seed) {
  const rows = Buffer.alloc(height * (1 + width * 3))
  let grain = seed || 1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grain = (Math.imul(grain, 1103515245) + 12345) >>> 0
      const at = y * (1 + width * 3) + 1 + x * 3
      rows[at] = (x * 255) / width
      rows[at + 1] = (y * 255) / height
      rows[at + 2] = ((seed * 40) % 200) + (grain >>> 28)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', zlib.deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(checksum(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

function checksum(bytes) {
  // Node.js has it since 20.15 only.
  if (zlib.crc32) return zlib.crc32(bytes)
  let sum = ~0
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}
