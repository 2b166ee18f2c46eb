/** Bytes since the start. Counted here and not in the engine, so that bodies too long for the engine count too. */
export const counted = { received: 0, parsed: 0, spared: 0 }
