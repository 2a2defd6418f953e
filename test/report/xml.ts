/** Reads XML with libxml2. */

/** What is wrong with a document, or what it holds. */
export interface ReadXml {
  /** Why it is not well-formed, or not valid; nothing when it is. */
  problems: string[];
  /** What XPath expressions find: the texts of elements and attributes, as a reader gets them. */
  texts: (xpath: string) => string[];
}

/**
 * Reads a document.
 *
 * @param xml the document
 * @param schema an XSD that it is to be valid against
 */
export async function readXml(xml: string, schema?: string): Promise<ReadXml> {
  // It is loaded here since it awaits its own loading, which `require` in the tests cannot.
  const { XmlDocument, XmlLibError, XsdValidator } = await import('libxml2-wasm');
  try {
    const document = XmlDocument.fromString(xml);
    if (schema !== undefined) {
      XsdValidator.fromDoc(XmlDocument.fromString(schema)).validate(document);
    }
    return { problems: [], texts: (xpath) => document.find(xpath).map(({ content }) => content) };
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return { problems: [error.message], texts: () => [] };
  }
}
