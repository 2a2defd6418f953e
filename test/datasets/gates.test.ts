import { expect } from 'chai';
import { gates, truthTable } from '../../datasets/gates.ts';

describe('truthTable', () => {
  it('knows four gates', () => {
    expect(gates).to.deep.equal(['AND', 'OR', 'NAND', 'XOR']);
  });

  it('lists the inputs as 00, 01, 10, 11 for every gate', () => {
    for (const gate of gates) {
      const { x } = truthTable(gate);
      expect(x.shape).to.deep.equal([4, 2]);
      expect([...x.data]).to.deep.equal([0, 0, 0, 1, 1, 0, 1, 1]);
    }
  });

  it('gives the outputs that the operators of the language give', () => {
    const operators = {
      AND: (a: number, b: number) => a & b,
      OR: (a: number, b: number) => a | b,
      NAND: (a: number, b: number) => 1 - (a & b),
      XOR: (a: number, b: number) => a ^ b,
    };
    for (const gate of gates) {
      const { x, t } = truthTable(gate);
      expect(t.shape).to.deep.equal([4]);
      for (let i = 0; i < 4; i++) {
        expect(t.get(i), `${gate}, row ${i}`).to.equal(operators[gate](x.get(i, 0), x.get(i, 1)));
      }
    }
  });

  it('gives arrays of their own to each caller', () => {
    const first = truthTable('XOR');
    first.x.set(0, 0, 9);
    first.t.set(0, 9);
    const second = truthTable('XOR');
    expect([second.x.get(0, 0), second.t.get(0)]).to.deep.equal([0, 0]);
  });
});
