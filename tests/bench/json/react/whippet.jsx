import { jsonQuery } from 'whippet/json'
import { tree } from './tree.jsx'

globalThis.whippet = tree(jsonQuery)
