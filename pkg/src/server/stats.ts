/** Counts of responses whose bodies were compared. */
export interface DeltaStats {
  /** Responses with a whole body. */
  whole: number
  /** Responses that a dictionary compressed. */
  dictionary: number
  /** Responses as edits. */
  edits: number
  /** Responses without a body, as the client has it. */
  notModified: number
  /** Requests that named a body which is not kept. */
  unknown: number
  /** Bytes of all bodies. */
  bodyBytes: number
  /** Bytes that were sent for them. */
  sentBytes: number
  /** Bytes that are kept now. */
  keptBytes: number
}

/** @internal */
export const noStats = (): DeltaStats => ({
  whole: 0,
  dictionary: 0,
  edits: 0,
  notModified: 0,
  unknown: 0,
  bodyBytes: 0,
  sentBytes: 0,
  keptBytes: 0,
})
