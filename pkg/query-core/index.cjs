module.exports = require('whippet/query')
