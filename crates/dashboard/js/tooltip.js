// A tooltip with the values under the pointer.

const GAP = 12

/** A uPlot plugin; `moment` formats a time. */
export function tooltip(chart, moment) {
  let box

  function show(uplot) {
    const { left, idx } = uplot.cursor
    // Charts share their crosshair. The tooltip is only shown in the one under the pointer.
    if (idx == null || left < 0 || !uplot.over.matches(':hover')) {
      box.hidden = true
      return
    }
    const rows = chart.spec.lines.map(({ name, tone, values, beyond }) => row(chart, name, tone, values[idx], beyond[idx]))
    const time = document.createElement('div')
    time.className = 'tooltip-time'
    const soFar = chart.spec.unfinished && idx === chart.spec.times.length - 1
    time.textContent = moment(uplot.data[0][idx]) + (soFar ? ', so far' : '')
    box.replaceChildren(time, ...rows)
    box.hidden = false
    const { clientWidth: plot } = uplot.over
    const fits = left + GAP + box.offsetWidth <= plot
    box.style.transform = `translate(${fits ? left + GAP : Math.max(left - GAP - box.offsetWidth, 0)}px, 4px)`
  }

  return {
    hooks: {
      init: (uplot) => {
        box = document.createElement('div')
        box.className = 'tooltip'
        box.hidden = true
        uplot.over.append(box)
      },
      setCursor: show,
      setData: show,
    },
  }
}

function row(chart, name, tone, value, beyond) {
  const element = document.createElement('div')
  element.className = 'tooltip-row'
  const swatch = document.createElement('i')
  swatch.className = `swatch tone-${tone}`
  const label = document.createElement('span')
  label.textContent = name
  const figure = document.createElement('b')
  figure.textContent = value == null ? '–' : (beyond ? '>\u00a0' : '') + chart.format(value)
  element.append(swatch, label, figure)
  return element
}
