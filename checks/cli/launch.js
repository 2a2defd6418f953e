/**
 * The beginning of every command. It is plain JavaScript, so that it can still speak when Node is too old for
 * the rest or when nothing is installed.
 */
import { readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import process from 'node:process';
import { spare } from '../grade/spare-child.js';

const manifest = new URL('../../package.json', import.meta.url);
const { engines, dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
const problem = nodeProblem(engines.node.replace('>=', '')) ?? installProblem(dependencies);

if (problem === undefined) {
  const [command, lesson] = process.argv.slice(2);
  if (command === 'test' && lesson !== undefined) spare.prepare();
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
  spare.end();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

/** @param {string} needed the oldest version that will do */
function nodeProblem(needed) {
  const isOlder = process.versions.node.localeCompare(needed, 'en', { numeric: true }) < 0;
  return isOlder
    ? `This is Node ${process.versions.node}, and chainrule needs ${needed} or newer: install it from https://nodejs.org.`
    : undefined;
}

/** @param {Record<string, string>} packages what must be installed */
function installProblem(packages) {
  const require = nodeModule.createRequire(import.meta.url);
  const missing = Object.keys(packages).filter((name) => {
    const folders = require.resolve.paths(name) ?? [];
    return !folders.some((folder) => isFile(`${folder}/${name}/package.json`));
  });
  return missing.length > 0
    ? `The packages that chainrule needs are not installed (${missing.join(', ')}): run npm ci.`
    : undefined;
}

/** @param {string} path */
function isFile(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
