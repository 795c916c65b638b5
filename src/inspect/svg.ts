/**
 * Pieces of SVG. Ink is `currentColor`, so that a picture fits a light page and a dark one; colors of data are middle tones
 * that are read on both.
 */

import { printable } from '../core/text.ts'

/** Told apart by everybody, also without color vision (Okabe and Ito). */
export const palette = { blue: '#3b82f6', orange: '#f08a24', green: '#1f9d6b', grey: '#8a8f98' } as const

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Text for SVG and HTML, in elements and in quoted attributes. Control characters, invalid there, are shown as escapes, and so
 * are line breaks: names and titles have none of their own.
 */
export function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] as string)
}

/** Text whose line breaks are shown as such. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n')
}

type Attributes = Readonly<Record<string, string | number | undefined>>

/** `<name a="1">children</name>`; numbers get two decimals at most. Children are markup, attributes are text. */
export function tag(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${typeof value === 'number' ? rounded(value) : escapeText(value)}"`,
  )
  return children.length === 0
    ? `<${name}${list.join('')}/>`
    : `<${name}${list.join('')}>${children.join('')}</${name}>`
}

/** A whole picture. `title` is what a screen reader says. */
export function picture(title: string, width: number, height: number, children: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
    width,
    height,
    role: 'img',
    'font-family': 'system-ui, sans-serif',
    'font-size': 12,
    fill: 'currentColor',
  }
  return tag('svg', attributes, tag('title', {}, escapeText(title)), ...children)
}

/** `M0 1L2 3` through the points. */
export function path(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('')
}

function rounded(value: number): string {
  return `${Math.round(100 * value) / 100}`
}
