// Texts where readers of JSON go wrong, among them some that are none.

const row = (id) => `{"id":${id},"tags":["a","b"],"user":{"name":"n${id}"}}`

export const TEXTS = [
  // Nothing, and hardly anything.
  '', ' ', '\n', '\ufeff', '[', ']', '{', '"', ',', '[]', '{}', '[ ]', '{\t}', '[[]]', '[{}]', '{"":{}}',
  // Scalars at the top.
  'null', 'true', 'false', ' 1 ', '-0', '"a"', '""', '"\\u0000"', 'nul', 'nulll', 'truefalse', '1 2', '"a" "b"',
  // The byte order mark: once at the start, and nowhere else.
  '\ufeff[1]', '\ufeff\ufeff[1]', '[1]\ufeff', '[\ufeff1]', ' \ufeff[1]', '{"\ufeffa":"\ufeff"}',
  // Numbers.
  '[0,-0,0.0,-0.0,1e400,-1e400,1e-400,5e-324,-5e-324,2.4703282292062327e-324]',
  '[1.7976931348623157e308,1.7976931348623159e308,9007199254740993,123456789012345678901234567890,0.1,1E5,1e+5,1e-5]',
  '[0.30000000000000004,2.2250738585072011e-308,1e0000000000000000000000001,100000000000000000000000]',
  '[01]', '[1.]', '[.5]', '[+1]', '[-]', '[1e]', '[1e+]', '[--1]', '[0x10]', '[1_0]', '[NaN]', '[Infinity]', '[-Infinity]', '[1a]', '[- 1]',
  // Strings.
  '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00","é€😀","\u2028\u2029","\x7f"]',
  '["\\ud800","\\udc00","\\udc00\\ud800","\\ud800a","\\uD800\\uDBFF"]',
  '["\\x"]', '["\\u12"]', '["\\u12g4"]', '["\\"]', '["\\\\"]', '["\\\\\\"]', '["\n"]', '["\t"]', '["\0"]', "['a']", '["a]', '["\\u0000\\u001f"]',
  // Objects: names that are there twice, that are special, that are numbers.
  '{"a":1,"a":2}', '{"a":{"b":1},"c":2,"a":{"b":3}}', '{"a":1,"\\u0061":{"x":[]}}', '{"a":[],"b":[],"a":[]}',
  '{"__proto__":{"x":1}}', '{"__proto__":1,"__proto__":{"y":[]}}', '{"__proto__":null}', '{"a":{"__proto__":[1]},"constructor":{},"toString":1,"hasOwnProperty":[]}',
  '{"b":{},"2":{},"a":{},"1":{},"01":{},"-1":{},"4294967294":{},"4294967295":{},"1.5":{}}', '{"10":[10],"9":[9]}', '{"9":[9],"10":[10]}',
  '{"length":{"x":1}}', '[{"length":0,"0":[1]}]',
  '{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '{,}', '{"a" "b"}', '{1:2}', '{"a":1 "b":2}', '{"a":1}}', '{"a":1]', '[1}', '{"a",1}', '{:1}', '{"a"::1}',
  // Arrays.
  '[1,]', '[,1]', '[,]', '[1 2]', '[1,,2]', '[1]]', '[[1]', '[1:2]', '[1;2]', '[null,true,false]', '[nul]', '[True]',
  // White space: four kinds, and no other.
  ' \t\r\n[ \t\r\n1 \t\r\n, \t\r\n{ \t\r\n"a" \t\r\n: \t\r\n[ ] \t\r\n} \t\r\n] \t\r\n', '[1,\u00a02]', '[1,\v2]', '[1,\f2]', '[1]\u2028', '[1] // no', '/**/[1]', '[1]\0',
  // Bytes that are not UTF-8 stand for U+FFFD, in a string; elsewhere they are a mistake.
  new Uint8Array([91, 34, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 34, 93]),
  new Uint8Array([123, 34, 0xff, 34, 58, 91, 93, 44, 34, 0xfe, 34, 58, 91, 49, 93, 125]),
  new Uint8Array([91, 34, 0xc3, 34, 93]), new Uint8Array([91, 0xff, 93]), new Uint8Array([0xef, 0xbb, 91, 93]), new Uint8Array([91, 93, 0xef, 0xbb, 0xbf]),
  new Uint8Array([34, 0xef, 0xbb, 0xbf, 34]), new Uint8Array([0xff, 0xfe, 91, 0, 93, 0]),
  // Lists of rows: the same, changed, moved, repeated, written in another way.
  `[${[1, 2, 3, 4].map(row)}]`, `[${[0, 1, 2, 3, 4].map(row)}]`, `[${[4, 3, 2, 1].map(row)}]`, `[${[1, 1, 2, 2].map(row)}]`, `[${[2, 3].map(row)}]`, `[ ${[1, 2, 3, 4].map(row).join(' , ')} ]`,
  `[${[1, 2, 3, 4].map(row)},${row(1).replace('"n1"', '"other"')}]`, `{"rows":[${[1, 2, 3].map(row)}],"next":null}`, `{"next":null,"rows":[${[3, 1, 2].map(row)}]}`,
  `{"rows":{"a":${row(1)},"b":${row(2)}}}`, `{"rows":{"b":${row(2)},"a":${row(1)}}}`, `[[${row(1)}],[${row(2)}]]`, `[[${row(2)}],[${row(1)}]]`,
]

const DEPTH = 100_000

/** Where a reader that calls itself has no stack left. */
export function* deepTexts() {
  const arrays = (inner) => '['.repeat(DEPTH) + inner + ']'.repeat(DEPTH)
  const objects = (inner) => '{"a":'.repeat(DEPTH) + inner + '}'.repeat(DEPTH)
  for (const inner of ['', '1', '1']) yield arrays(inner)
  for (const inner of ['1', '22']) yield objects(inner)
  // Beside something that stays.
  for (const inner of ['1', '22']) yield `[{"kept":[1]},${arrays(inner)},{"kept":[2]}]`
  yield arrays('').slice(1)
  yield arrays('') + ']'
  yield '['.repeat(DEPTH)
}
