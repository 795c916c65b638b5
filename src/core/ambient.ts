/**
 * Types of the platform that Lenslet's declarations name and that a project without lib.dom, `@types/node` or
 * lib.esnext.disposable does not have. Where it has them, these add nothing.
 */

declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
  interface AbortSignal {}
}

export {}
