// What of lzma1 is used. Its own types are its sources, which do not compile under the settings of this repository.

/** The bytes of a file `.lzma`; mode 1 (fast) to 9 (small). */
export declare function compress(data: Uint8Array, mode: 9): Uint8Array | number[]
