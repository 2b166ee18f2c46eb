// Draws a chart into an element, with the element's size and the page's colours.
//
// `src/chart/chart_spec.rs` describes the chart. The number format also comes from Rust, so that axes, tooltips and tables
// format a number in the same way.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatMoment, formatTick, isOfAnotherYear } from './time.js'
import { tooltip } from './tooltip.js'

// An axis has no labels where no step is large enough: the steps reach as far as numbers do. A backend may say 2^64 - 1 for "no limit".
const BYTE_STEPS = Array.from({ length: 1024 }, (_, power) => 2 ** power)
const NUMBER_STEPS = decimals(-20, 307, [1, 2, 2.5, 5])

// Durations have decimal steps up to seconds, then those of clocks: a label says `3 min`, not a little more or less.
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const DURATION_STEPS = [
  ...decimals(-6, 3),
  ...[10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12].map((hours) => hours * HOUR),
  ...decimals(0, 299).map((days) => days * DAY),
]

/** Some digits times each power of ten. */
function decimals(least, greatest, digits = [1, 2, 5]) {
  const powers = Array.from({ length: greatest - least + 1 }, (_, place) => least + place)
  // Read from text: 2 * 10 ** -6 is not 0.000002.
  return powers.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
}

/** Draws `spec` into `element`; `format` formats a value. Returns the handle for `update` and `destroy`. */
export function create(element, spec, format) {
  const chart = { element, spec, format, colours: {}, uplot: null }
  readColours(chart)
  chart.uplot = new uPlot(options(chart), columns(spec), element)

  chart.resized = new ResizeObserver(() => chart.uplot.setSize(size(element)))
  chart.resized.observe(element)

  const recolour = () => {
    readColours(chart)
    chart.uplot.redraw(false)
  }
  chart.scheme = matchMedia('(prefers-color-scheme: dark)')
  chart.scheme.addEventListener('change', recolour)
  chart.themed = new MutationObserver(recolour)
  chart.themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  chart.recolour = recolour
  return chart
}

/** Draws `spec` instead of the previous one. */
export function update(chart, spec) {
  const sameLines =
    spec.lines.length === chart.spec.lines.length &&
    spec.unfinished === chart.spec.unfinished &&
    spec.lines.every((line, i) => line.name === chart.spec.lines[i].name && line.tone === chart.spec.lines[i].tone)
  chart.spec = spec
  if (sameLines) {
    chart.uplot.setData(columns(spec))
    return
  }
  chart.uplot.destroy()
  readColours(chart)
  chart.uplot = new uPlot(options(chart), columns(spec), chart.element)
}

/** Removes the chart. */
export function destroy(chart) {
  chart.resized.disconnect()
  chart.themed.disconnect()
  chart.scheme.removeEventListener('change', chart.recolour)
  chart.uplot.destroy()
}

/** uPlot's columns. If the last step has not ended, the dashed line to its value is a series of its own. */
function columns(spec) {
  const values = spec.lines.map((line) => line.values)
  if (!spec.unfinished) return [spec.times, ...values]
  const last = spec.times.length - 1
  return [
    spec.times,
    ...values.map((values) => values.map((value, i) => (i < last ? value : null))),
    ...values.map((values) => values.map((value, i) => (i < last - 1 || values[last] == null ? null : value))),
  ]
}

function size(element) {
  // A hidden element has size 0, into which uPlot cannot draw.
  return { width: Math.max(element.clientWidth, 1), height: Math.max(element.clientHeight, 1) }
}

function readColours(chart) {
  const style = getComputedStyle(chart.element)
  const read = (name) => style.getPropertyValue(`--chart-${name}`).trim()
  chart.colours = { text: read('text'), grid: read('grid'), font: `11px ${style.fontFamily}` }
  for (const { tone } of [...chart.spec.lines, ...chart.spec.bounds]) chart.colours[tone] = read(tone)
}

function options(chart) {
  const { spec, format, colours } = chart
  return {
    ...size(chart.element),
    ms: 1,
    // Room on the right for half of a time label.
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      sync: { key: 'whippet' },
    },
    scales: {
      x: { time: true, range: () => [chart.spec.from, chart.spec.to] },
      y: { range: (_, min, max) => valueRange(chart.spec, max) },
    },
    axes: [
      {
        stroke: () => chart.colours.text,
        font: colours.font,
        grid: { show: false },
        ticks: { stroke: () => chart.colours.grid, width: 1, size: 4 },
        size: 26,
        gap: 4,
        // A date with its year is longer.
        space: () => (isOfAnotherYear(chart.spec.from) ? 88 : 56),
        values: (_, ticks, __, ___, step) => ticks.map((tick) => formatTick(tick, step)),
      },
      {
        stroke: () => chart.colours.text,
        font: colours.font,
        grid: { stroke: () => chart.colours.grid, width: 1 },
        ticks: { show: false },
        // Fixed, so that the plot does not move when the labels grow.
        size: 62,
        gap: 6,
        space: 34,
        incrs: steps(spec.unit),
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      ...spec.lines.map((line) => series(chart, line.tone)),
      ...(spec.unfinished ? spec.lines.map((line) => ({ ...series(chart, line.tone), fill: undefined, dash: [3, 3] })) : []),
    ],
    hooks: { drawAxes: [(uplot) => drawBounds(uplot, chart)] },
    plugins: [tooltip(chart, (time) => formatMoment(time, chart.spec.to - chart.spec.from < HOUR))],
  }
}

/** The steps of the value axis. */
function steps(unit) {
  if (unit.startsWith('bytes')) return BYTE_STEPS
  return unit === 'ms' ? DURATION_STEPS : NUMBER_STEPS
}

function series(chart, tone) {
  return {
    stroke: () => chart.colours[tone],
    fill: chart.spec.area ? () => `${chart.colours[tone]}1f` : undefined,
    width: 1.5,
    points: { show: true, size: 4, fill: () => chart.colours[tone], filter: isolatedPoints },
  }
}

/** A value between two gaps has no line, so it is drawn as a point. */
function isolatedPoints(uplot, index) {
  const values = uplot.data[index]
  const indices = []
  for (let i = 0; i < values.length; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) indices.push(i)
  }
  return indices
}

/** From zero, or below the least negative value, to a little above the largest value. A threshold is included if values come near it. */
function valueRange(spec, max) {
  let top = max ?? 0
  for (const { value } of spec.bounds) {
    if (value > top && value <= top * 2) top = value
  }
  top = Math.min(Math.max(top * 1.08, spec.floor), Number.MAX_VALUE)
  return [spec.bottom, spec.ceiling == null ? top : Math.min(top, spec.ceiling)]
}

function drawBounds(uplot, chart) {
  const { ctx, bbox, scales } = uplot
  ctx.save()
  ctx.setLineDash([4 * uPlot.pxRatio, 4 * uPlot.pxRatio])
  ctx.lineWidth = uPlot.pxRatio
  for (const { value, tone } of chart.spec.bounds) {
    if (value > scales.y.max) continue
    const y = Math.round(uplot.valToPos(value, 'y', true))
    ctx.strokeStyle = chart.colours[tone]
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}
