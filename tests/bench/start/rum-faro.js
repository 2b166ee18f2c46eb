import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk'

initializeFaro({
  url: '/sink',
  app: { name: 'bench', version: '1.0.0' },
  instrumentations: [...getWebInstrumentations()],
})
