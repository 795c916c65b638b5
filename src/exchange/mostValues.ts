/** How large the values of a file may become: a hostile one must not fill the memory. */

/**
 * The most bytes of values that a file or archive of this length may have. Trained weights hardly compress: by gzip to nine
 * tenths, those of a pruned network to a tenth. Short files may be all zeros.
 */
export function mostValues(length: number): number {
  return 32 * length + 64 * 2 ** 20
}
