/** Numbers on a command line. */

/**
 * @param name of the option, without its dashes
 * @throws RangeError when the text is no whole number from `lowest`
 */
export function wholeOption(name: string, text: string, lowest: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= lowest) return number;
  throw new RangeError(`--${name} is "${text}"; it must be a whole number from ${lowest}`);
}

/**
 * @param name of the option, without its dashes
 * @throws RangeError when the text is no number above 0
 */
export function positiveOption(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new RangeError(`--${name} is "${text}"; it must be a number above 0`);
}
