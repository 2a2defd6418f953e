/** A worker's own paths start from where its script stands, so it is given whole addresses. */
export function absolute(path: string): string {
  return new URL(path, document.baseURI).href;
}
