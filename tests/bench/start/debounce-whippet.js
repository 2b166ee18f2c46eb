import { debounce } from 'whippet/timing'

debounce(() => {}, 10)()
