// RFC 4180, section 2; and names that a terminal or a spreadsheet would run.
import { expect, it } from 'vitest'
import { csvRow, pathField } from './csv.ts'

it.each([
  [['a.png', 'cat', 0.5, null, undefined], 'a.png,cat,0.5,,\r\n'],
  [['a,b', 'say "hi"', ' end '], '"a,b","say ""hi"""," end "\r\n'],
  [['two\r\nlines', '\u001b[31mred', '\u009b'], 'two\\u000d\\u000alines,\\u001b[31mred,\\u009b\r\n'],
  [['=1+1', '+cmd|x', '@sum', '-a', '\t=1', '＝1'], "'=1+1,'+cmd|x,'@sum,'-a,'\\u0009=1,'＝1\r\n"],
  [['=HYPERLINK("a",1)'], '"\'=HYPERLINK(""a"",1)"\r\n'],
  // Numbers, and what only looks a little like a formula.
  [['-1', '+1.5e-3', '-', 'a=b', -0.5, 1e-9], '-1,+1.5e-3,-,a=b,-0.5,1e-9\r\n'],
  [[], '\r\n'],
])('%j', (fields, row) => expect(csvRow(fields)).toBe(row))

it.each([
  ['=1.png', './=1.png'],
  ['-a/b.png', './-a/b.png'],
  ['/=1.png', '/=1.png'],
  ['a=1.png', 'a=1.png'],
  ['-', '-'],
])('the path %s is written %s', (path, field) => expect(pathField(path)).toBe(field))
