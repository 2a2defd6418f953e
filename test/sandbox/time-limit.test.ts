import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { cpuTime, TimeLimit } from '../../checks/sandbox/time-limit.ts';

/** Runs a program of Node as long as something is asked of it. */
async function whileRunning(program: string, ask: (pid: number) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', `console.log('runs'); ${program}`]);
  await once(child.stdout, 'data');
  try {
    await ask(child.pid!);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}

describe('TimeLimit', function () {
  this.timeout(20_000);

  it('counts the CPU time of a process that computes, where the system tells it', async function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    await whileRunning('for (;;);', async (pid) => {
      const time = new TimeLimit(200);
      time.follow(pid);
      expect(time.left()).to.be.within(1, 200);
      while (time.left() > 0) await setTimeout(20);
      expect(time.spent()).to.be.at.least(200);
    });
  });

  it('does not count the time in which a process waits, but for six times as long', async function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    await whileRunning('setInterval(() => {}, 1e6);', async (pid) => {
      const time = new TimeLimit(100);
      time.follow(pid);
      const start = Date.now();
      await setTimeout(150);
      expect(time.left()).to.be.above(0);
      while (time.left() > 0) await setTimeout(20);
      expect(Date.now() - start).to.be.at.least(600);
    });
  });

  it('goes by the clock where nobody tells the CPU time', async () => {
    const nobody = 2 ** 31 - 1;
    expect(cpuTime(nobody)).to.equal(undefined);
    const time = new TimeLimit(1e6, 50);
    time.follow(nobody);
    expect(time.left()).to.be.within(1, 50);
    await setTimeout(60);
    expect(time.left()).to.equal(0);
    expect(time.spent()).to.be.at.least(50);
  });

  it('goes on with the next process where it was', async () => {
    const time = new TimeLimit(1e6, 50);
    time.follow(2 ** 31 - 1);
    await setTimeout(60);
    time.follow(2 ** 31 - 2);
    expect(time.left()).to.equal(0);
  });
});
