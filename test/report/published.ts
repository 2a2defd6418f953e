/** Compares documents with JSON Schemas. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Lists what is wrong with a document; nothing when it is valid. */
export type Validator = (document: unknown) => string[];

/** A validator of a JSON Schema. */
export function validatorOf(schema: string): Validator {
  const ajv = new Ajv2020({ allErrors: true, strictRequired: false, strictTypes: false });
  const validate = ajv.compile(JSON.parse(schema) as object);
  return (document) => {
    validate(document);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

/** The text of a file in published/: formats as their owners describe them, in our words. */
export function published(name: string): string {
  return readFileSync(fileURLToPath(new URL(`published/${name}`, import.meta.url)), 'utf8');
}
