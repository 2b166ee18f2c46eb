export * from 'whippet/query'
