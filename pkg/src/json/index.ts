// `whippet/json`: query functions that parse only what changed in a JSON body.
export { jsonQuery, type JsonInput, type JsonQueryContext } from './jsonQuery.js'
export { parseJson, parseJsonSync, type JsonBody, type ParsedJson } from './parseJson.js'
export { HttpError } from './httpError.js'
export { jsonLines, type JsonLinesOptions } from './jsonLines.js'
export { setJsonBudget, type JsonBudget } from './keptBody.js'
export { stats, type BodyFigures, type JsonStats } from './stats.js'
