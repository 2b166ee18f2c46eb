// Formats times for axes and tooltips, in the user's time zone and with a 24-hour clock: as `moment` of `src/format.rs` does, so that a
// chart and a table say the same. A browser's own formats are in its language, and some of them in another calendar.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const two = (number) => String(number).padStart(2, '0')
const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`
const second = (date) => `${clock(date)}:${two(date.getSeconds())}`

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Whether `time` is not of this year: its date is then formatted with its year. */
export function isOfAnotherYear(time) {
  return new Date(time).getFullYear() !== new Date().getFullYear()
}

function formatDay(date) {
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`
  return isOfAnotherYear(date) ? `${day} ${date.getFullYear()}` : day
}

/** Formats a tick of the time axis, whose ticks are `step` ms apart. Midnight is formatted as its date. */
export function formatTick(time, step) {
  const date = new Date(time)
  // Where clocks go forward at midnight, uPlot's tick of that day is an hour before, at 23:00 of the day before.
  if (step >= DAY) return formatDay(new Date(time + HOUR))
  if (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0) return formatDay(date)
  return (step < MINUTE ? second : clock)(date)
}

/** Formats a time for a tooltip. */
export function formatMoment(time, withSeconds) {
  const date = new Date(time)
  const today = new Date().toDateString() === date.toDateString()
  const text = (withSeconds ? second : clock)(date)
  return today ? text : `${formatDay(date)} ${text}`
}
