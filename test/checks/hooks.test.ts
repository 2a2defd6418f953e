import { expect } from 'chai';
import type { LoadHookContext, ResolveHookContext } from 'node:module';
import { pathToFileURL } from 'node:url';
import { VARIABLE } from '../../checks/subject/choice.ts';
import { load, resolve } from '../../checks/subject/hooks.ts';
import { inFixture } from '../temporary-project.ts';

const imported: ResolveHookContext = {
  conditions: ['node', 'import'],
  importAttributes: {},
  parentURL: undefined,
};
const context: LoadHookContext = {
  conditions: ['node', 'import'],
  format: undefined,
  importAttributes: {},
};

/** What the next hook in the chain would answer. */
const nextResolve = (specifier: string): { url: string } => ({ url: `next:${specifier}` });
const nextLoad = (url: string): { format: string; source: string } => ({
  format: 'module',
  source: `next:${url}`,
});

describe('The module hooks', () => {
  const { lines, curves } = inFixture();
  const folder = pathToFileURL(lines.folder).href;

  before(() => {
    process.env[VARIABLE] = '01:learner';
  });

  after(() => {
    delete process.env[VARIABLE];
  });

  it("resolve the graded lesson's name to its facade, which carries the time of the subject's file", () => {
    const { url, ...rest } = resolve('#lessons/01-lines', imported, nextResolve);
    expect(url.replace(/\?\d+(?:\.\d+)?$/, '')).to.equal(`${folder}/lines.facade.mjs`);
    expect(url).to.match(/\?\d/);
    expect(rest).to.deep.equal({ format: 'module', shortCircuit: true });
  });

  it("resolve every other lesson's name to its reference", () => {
    expect(resolve('#lessons/02-curves', imported, nextResolve)).to.deep.equal({
      url: `next:${pathToFileURL(curves.reference).href}`,
    });
  });

  it('refuse the graded file its own lesson and later ones', () => {
    const own = { ...imported, parentURL: pathToFileURL(lines.learner).href };
    expect(() => resolve('#lessons/01-lines', own, nextResolve)).to.throw(
      'the file imports "#lessons/01-lines", which is that file itself',
    );
    expect(() => resolve('#lessons/02-curves', own, nextResolve)).to.throw(
      'the file imports "#lessons/02-curves", a later lesson; it may import the lessons before 01-lines',
    );
  });

  it('leave other names, unknown lessons and required modules to the next hook', () => {
    for (const name of ['#arrays', 'chai', './x.ts', '#lessons/99-nothing']) {
      expect(resolve(name, imported, nextResolve)).to.deep.equal({ url: `next:${name}` });
    }
    const required = { ...imported, conditions: ['node', 'require'] };
    expect(resolve('#lessons/01-lines', required, nextResolve)).to.deep.equal({
      url: 'next:#lessons/01-lines',
    });
  });

  it('load a facade as a module that exports every exercise, even if others added to its URL', () => {
    const loaded = load(`${folder}/lines.facade.mjs?1&namespace=2`, context, nextLoad);
    expect(loaded).to.deep.include({ format: 'module', shortCircuit: true });
    const exported = [...String(loaded.source).matchAll(/^export const (\w+)/gm)];
    expect(exported.map(([, name]) => name)).to.deep.equal([
      'heightAt',
      'heightsAt',
      'meanSquare',
      'aboveGround',
      'areaUnder',
    ]);
  });

  it('load everything else as before', () => {
    const url = `${folder}/lines.ts`;
    expect(load(url, context, nextLoad)).to.deep.equal(nextLoad(url));
  });
});
