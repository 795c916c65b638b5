/** Types for the part of asciichart that we use; the package has none. */
declare module 'asciichart' {
  const asciichart: {
    plot(series: readonly number[], options?: { height?: number; format?: (value: number) => string }): string
  }
  export default asciichart
}
