import { debounce } from 'lodash-es'

debounce(() => {}, 10)()
