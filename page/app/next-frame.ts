/**
 * Hands on the newest of the values that come between two frames of the browser: what is drawn again before anybody saw
 * it is drawn in vain.
 *
 * @param take takes a value just before the browser draws
 */
export function atNextFrame<T>(take: (value: T) => void): (value: T) => void {
  let newest: { value: T } | undefined;
  return (value) => {
    if (newest === undefined) {
      requestAnimationFrame(() => {
        const { value: last } = newest!;
        newest = undefined;
        take(last);
      });
    }
    newest = { value };
  };
}
