import { expect } from 'chai';
import type { LoadHookContext, ResolveHookContext } from 'node:module';
import { pathToFileURL } from 'node:url';
import { findLesson } from '../../checks/project.ts';
import { VARIABLE } from '../../checks/subject/choice.ts';
import { load, resolve } from '../../checks/subject/hooks.ts';

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
  const folder = pathToFileURL(findLesson('02')!.folder).href;
  const before02 = process.env[VARIABLE];

  before(() => {
    process.env[VARIABLE] = '02:learner';
  });

  after(() => {
    if (before02 === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before02;
  });

  it("resolve a lesson's name to its facade, which carries the time of the subject's file", () => {
    const { url, ...rest } = resolve('#lessons/02-activations', imported, nextResolve);
    expect(url).to.match(/\/lessons\/02-activations\/activations\.facade\.mjs\?\d+/);
    expect(rest).to.deep.equal({ format: 'module', shortCircuit: true });
  });

  it("resolve every other lesson's name to its reference", () => {
    expect(resolve('#lessons/03-losses', imported, nextResolve)).to.deep.equal({
      url: `next:${pathToFileURL(findLesson('03')!.reference).href}`,
    });
  });

  it('refuse the graded file its own lesson and later ones', () => {
    const parentURL = pathToFileURL(findLesson('02')!.learner).href;
    const ask = (name: string) => () => resolve(name, { ...imported, parentURL }, nextResolve);
    expect(ask('#lessons/02-activations')).to.throw('which is that file itself');
    expect(ask('#lessons/03-losses')).to.throw('a later lesson');
    expect(ask('#lessons/01-perceptron')).not.to.throw();
  });

  it('leave other names, unknown lessons and required modules to the next hook', () => {
    for (const name of ['#arrays', 'chai', './x.ts', '#lessons/99-nothing']) {
      expect(resolve(name, imported, nextResolve)).to.deep.equal({ url: `next:${name}` });
    }
    const required = { ...imported, conditions: ['node', 'require'] };
    expect(resolve('#lessons/02-activations', required, nextResolve)).to.deep.equal({
      url: 'next:#lessons/02-activations',
    });
  });

  it('load a facade as a module that exports every exercise, even if others added to its URL', () => {
    const loaded = load(`${folder}/activations.facade.mjs?1&namespace=2`, context, nextLoad);
    expect(loaded).to.deep.include({ format: 'module', shortCircuit: true });
    const exported = [...String(loaded.source).matchAll(/^export const (\w+)/gm)];
    expect(exported.map(([, name]) => name)).to.include.members(['sigmoid', 'fitBentLine']);
    expect(exported).to.have.length(20);
  });

  it('load everything else as before', () => {
    const url = `${folder}/activations.ts`;
    expect(load(url, context, nextLoad)).to.deep.equal(nextLoad(url));
  });
});
