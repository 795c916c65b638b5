// RFC 4180, section 2.
import { expect, it } from 'vitest'
import { csvRow } from './csv.ts'

it.each([
  [['a.png', 'cat', 0.5, null, undefined], 'a.png,cat,0.5,,\r\n'],
  [['a,b', 'say "hi"', 'two\nlines', ' end '], '"a,b","say ""hi""","two\nlines"," end "\r\n'],
  [[], '\r\n'],
])('%j', (fields, row) => expect(csvRow(fields)).toBe(row))
