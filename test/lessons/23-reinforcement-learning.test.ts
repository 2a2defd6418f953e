import { array } from '#arrays';
import { expect } from '#checks/expect';
import { twice } from '#lessons/23-reinforcement-learning';

describe('23-reinforcement-learning', () => {
  describe('23.1 twice', () => {
    it('doubles every entry, on both sides of 0', () => {
      expect(twice(array([3, -0.5, 7]))).to.almostEqual([6, -1, 14]);
    });

    it('reads a view through its strides and leaves it alone', () => {
      const x = array([5, 99, -1.5, 99]);
      expect(() => twice(x.step(2))).to.leaveUnchanged({ x });
      expect(twice(x.step(2))).to.almostEqual([10, -3]);
    });
  });
});
