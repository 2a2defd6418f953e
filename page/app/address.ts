/** What stands in the address behind `#`, so that a picture can be sent to somebody: `#/05-backprop/heading?hidden=8`. */
import type { ExperimentText, DrawnPoints } from '../messages.ts';
import { pointsFromText, pointsText } from './points-text.ts';

/** Where somebody is on the page. */
export interface Address {
  /** `05-backprop`; none on the map. */
  lesson?: string;
  /** The heading that is meant. */
  anchor?: string;
  /** What was chosen for the experiment. */
  choices: URLSearchParams;
}

/** What an experiment is run with. */
export interface Choices {
  seed: number;
  values: Readonly<Record<string, number>>;
  points?: DrawnPoints;
}

/** Reads `#/lesson/heading?choices`. */
export function readAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [lesson, anchor] = path.split('/').map(decodeURIComponent);
  return {
    ...(lesson && { lesson }),
    ...(anchor && { anchor }),
    choices: new URLSearchParams(query),
  };
}

/** Writes it. */
export function addressText({ lesson = '', anchor, choices }: Address): string {
  const query = choices.size === 0 ? '' : `?${choices}`;
  return `#/${lesson}${anchor === undefined ? '' : `/${anchor}`}${query}`;
}

/** What an address chooses; what it leaves out or gets wrong is as the experiment proposes. */
export function readChoices(
  { parameters, plane }: ExperimentText,
  choices: URLSearchParams,
): Choices {
  const values = Object.entries(parameters).map(([name, { from, to, value, whole }]) => {
    const given = choices.get(name);
    const number = given === null || given === '' ? Number.NaN : Number(given);
    const isRight = number >= from && number <= to && (whole !== true || Number.isInteger(number));
    return [name, isRight ? number : value] as const;
  });
  const seed = Number(choices.get('seed') ?? 1);
  const points = plane && pointsFromText(choices.get('points') ?? '', plane);
  return {
    seed: seed === seed >>> 0 ? seed : 1,
    values: Object.fromEntries(values),
    ...(points && { points }),
  };
}

/** The part of an address that says what was chosen otherwise than the experiment proposes. */
export function choicesText(
  { parameters, plane }: ExperimentText,
  { seed, values, points }: Choices,
): URLSearchParams {
  const text = new URLSearchParams();
  for (const [name, { value }] of Object.entries(parameters)) {
    if (values[name] !== value) text.set(name, String(values[name]));
  }
  if (seed !== 1) text.set('seed', String(seed));
  if (points !== undefined && plane !== undefined) text.set('points', pointsText(points, plane));
  return text;
}
