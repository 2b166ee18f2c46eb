// Schedules a task that runs after all pending microtasks.

const tasks: (() => void)[] = []
let channel: MessageChannel | undefined

interface NodeProcess {
  nextTick?: (run: () => void) => void
}

/**
 * Calls `run` once the current task and all its microtasks are done, so that calls in promise callbacks still come before.
 * That is sooner than a timer, which browsers throttle.
 */
export function scheduleTask(run: () => void): void {
  const node = (globalThis as { process?: NodeProcess }).process
  if (typeof node?.nextTick === 'function') {
    // A tick that is queued from within a microtask waits until there are no more microtasks.
    void Promise.resolve().then(() => node.nextTick!(run))
  } else if (typeof MessageChannel === 'function') {
    if (!channel) {
      channel = new MessageChannel()
      channel.port1.onmessage = () => tasks.shift()?.()
    }
    tasks.push(run)
    channel.port2.postMessage(0)
  } else {
    setTimeout(run)
  }
}
