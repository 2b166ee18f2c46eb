// How much a beacon may hold: crates/engine/src/beacon/limits.rs says the same, and the decoder refuses more.
export const BYTES = 60 * 1024
export const LABEL = 64
export const PAGE = 512
export const NAME = 96
export const MESSAGE = 512
export const SOURCE = 256
export const STACK = 2048
/** A beacon of so many bytes is worth gzip: a smaller one fits into two packets as it is. */
export const WORTH_GZIP = 2048
export const TARGET = 128
export const URL = 256
export const HOST = 128
export const NAMES = 64
export const VALUES = 16
export const RESOURCES = 64
export const SCRIPTS = 16
export const ERRORS = 32
/** How many members of a thrown object are named. */
export const MEMBERS = 16
/** When so many bytes wait, roughly, they are sent at once. */
export const FULL = BYTES / 2
/** No flush makes more beacons: browsers refuse more than 64 KiB on its way at once. */
export const BEACONS = 4
