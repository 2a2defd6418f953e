/** Text from a submission, made fit for any reader. */

// What XML 1.0 allows, https://www.w3.org/TR/xml/#charsets. JSON and HTML allow more, but not so those who read
// them: databases refuse NUL, and encoders half a surrogate pair.
const UNREADABLE = /[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * Replaces what not every reader takes.
 *
 * @returns the text with each control character and each half of a character as `�`, and every kind of line
 *   end as a line feed
 */
export function readable(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(UNREADABLE, '\uFFFD');
}

/**
 * Shortens a long text.
 *
 * @param text any text
 * @param limit how many UTF-16 code units the result may have, at least 60
 * @returns the text, or its beginning and how long it was
 */
export function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const note = `\n… (the beginning of ${text.length} characters)`;
  return text.slice(0, limit - note.length) + note;
}
