/** What we use of asciichart, which brings no types. */
declare module 'asciichart' {
  const asciichart: {
    plot(series: readonly number[], options?: { height?: number; format?: (value: number) => string }): string
  }
  export default asciichart
}
