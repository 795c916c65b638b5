/** The width available for text output. */

/** The columns of the terminal, or those that `COLUMNS` says. Undefined for a file or a pipe, where nothing has to fit. */
export function columnsFor(stream: NodeJS.WriteStream): number | undefined {
  const columns = stream.columns ?? Number(process.env.COLUMNS)
  return Number.isInteger(columns) && columns > 0 ? columns : undefined
}
