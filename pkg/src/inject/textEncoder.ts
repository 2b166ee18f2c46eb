// The build puts this in the place of the global: Jest's jsdom hides it, though the Node around it has one.
export const TextEncoder: typeof globalThis.TextEncoder = /* @__PURE__ */ (() =>
  globalThis.TextEncoder ?? (globalThis as any).process?.getBuiltinModule?.('util').TextEncoder)()
