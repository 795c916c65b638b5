/** What a pickle is read into besides numbers, texts, lists and dictionaries. */

/** A class or function by its name; it is never looked up. */
export class Global {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** What a known name was called with. */
export class Call {
  readonly name: string
  readonly args: readonly unknown[]

  constructor(name: string, args: readonly unknown[]) {
    this.name = name
    this.args = args
  }
}

/** A reference to something outside the pickle: PyTorch's storages. */
export class Persistent {
  readonly id: unknown

  constructor(id: unknown) {
    this.id = id
  }
}

/** Dictionaries, also ordered ones; attributes that were set on them are left out. */
export type PickleDict = Map<unknown, unknown>
