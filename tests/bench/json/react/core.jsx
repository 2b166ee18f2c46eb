import { tree } from './tree.jsx'

globalThis.core = tree((response) => async () => response().json())
