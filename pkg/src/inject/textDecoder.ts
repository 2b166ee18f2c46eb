// The build puts this in the place of the global: Jest's jsdom hides it, though the Node around it has one.
export const TextDecoder: typeof globalThis.TextDecoder = /* @__PURE__ */ (() =>
  globalThis.TextDecoder ?? (globalThis as any).process?.getBuiltinModule?.('util').TextDecoder)()
