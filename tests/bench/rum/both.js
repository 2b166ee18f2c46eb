import './web-vitals.js'
import './faro.js'
