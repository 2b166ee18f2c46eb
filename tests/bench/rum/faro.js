// Faro as its quick start has it; web-vitals is in it.
import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk'

initializeFaro({
  url: '/sink',
  app: { name: 'bench', version: '1.0.0' },
  instrumentations: [...getWebInstrumentations()],
})
