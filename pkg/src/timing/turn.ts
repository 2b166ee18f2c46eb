// The end of a turn: when promises that are settled have told everybody.

const turns: (() => void)[] = []
let channel: MessageChannel | undefined

interface Ticking {
  nextTick?: (run: () => void) => void
}

/**
 * Calls `run` when this turn is over and all that its promises led to has been said, so that whatever asks in
 * the meantime still belongs to it. Sooner than a timer, which a browser holds back.
 */
export function afterTurn(run: () => void): void {
  const ticking = (globalThis as { process?: Ticking }).process
  if (typeof ticking?.nextTick === 'function') {
    // From within a promise's callback, a tick waits until no more of these are left.
    void Promise.resolve().then(() => ticking.nextTick!(run))
  } else if (typeof MessageChannel === 'function') {
    if (!channel) {
      channel = new MessageChannel()
      channel.port1.onmessage = () => turns.shift()?.()
    }
    turns.push(run)
    channel.port2.postMessage(0)
  } else {
    setTimeout(run)
  }
}
