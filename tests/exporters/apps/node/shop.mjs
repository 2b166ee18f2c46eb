// The shop's answers, the same for all Node.js applications here.
export const PORT = Number(process.env.PORT)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** The status of an item, after the time that it takes. */
export async function item(id) {
  if (id > 100) return 404
  await sleep(3 * id)
  return 200
}

/** A slow page. */
export async function slow() {
  await sleep(300)
  return 200
}
