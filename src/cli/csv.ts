/** Rows of CSV as RFC 4180 has them: fields apart by commas, in quotes where they hold one, lines ended by CR LF. */

/** A line, with its end. Null and undefined are empty fields. */
export function csvRow(fields: readonly (string | number | null | undefined)[]): string {
  return `${fields.map((field) => quoted(`${field ?? ''}`)).join(',')}\r\n`
}

/** Quotes inside are doubled; spaces at the ends are kept by readers only within quotes. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
