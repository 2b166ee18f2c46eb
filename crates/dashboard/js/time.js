// Formats times for axes and tooltips, in the user's time zone and with a 24-hour clock.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const second = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Whether `time` is not of this year: its date is then formatted with its year. */
export function isOfAnotherYear(time) {
  return new Date(time).getFullYear() !== new Date().getFullYear()
}

function formatDay(date) {
  return (isOfAnotherYear(date) ? dayOfYear : day).format(date)
}

/** Formats a tick of the time axis, whose ticks are `step` ms apart. Midnight is formatted as its date. */
export function formatTick(time, step) {
  const date = new Date(time)
  if (step >= DAY || (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0)) return formatDay(date)
  return (step < MINUTE ? second : clock).format(date)
}

/** Formats a time for a tooltip. */
export function formatMoment(time, withSeconds) {
  const date = new Date(time)
  const today = new Date().toDateString() === date.toDateString()
  const text = (withSeconds ? second : clock).format(date)
  return today ? text : `${formatDay(date)}, ${text}`
}
