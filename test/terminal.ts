/** Does something where the environment says that the terminal is of this kind, or says nothing of it. */
export function withTerm<T>(kind: string | undefined, action: () => T): T {
  const { TERM: before } = process.env;
  setTerm(kind);
  try {
    return action();
  } finally {
    setTerm(before);
  }
}

/** For the tests of the block in which this is called the terminal is an ordinary one, wherever they run. */
export function onTerminal(): void {
  const { TERM: before } = process.env;
  beforeEach(() => setTerm('xterm'));
  afterEach(() => setTerm(before));
}

function setTerm(kind: string | undefined): void {
  if (kind === undefined) delete process.env['TERM'];
  else process.env['TERM'] = kind;
}
