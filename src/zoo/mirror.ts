/** Whether the mirror image of a picture is of the same class, as far as the names of the classes tell. */

/** False for names of classes that a mirror turns into another: digits, letters, directions, hands. */
export function mayMirror(names: readonly string[]): boolean {
  const sided =
    /(?:^|[^\p{L}])(?:left|right|links|rechts|gauche|droite|arrow|digit|number|letter|text|sign)s?(?:[^\p{L}]|$)/iu
  return !names.some((name) => /^\p{N}+$/u.test(name) || [...name].length === 1 || sided.test(name))
}
