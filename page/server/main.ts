/** `npm run page`: the course in a browser, which answers to every save. */
import { once } from 'node:events';
import { startServer } from './server.ts';

/** Where the page is unless another program has taken it: always the same, so that a bookmark stays right. */
const PORT = 4618;

const server = await startServer(PORT).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  return startServer(0);
});
process.stdout.write(
  `The course: ${server.url}\nIt follows your files as you save them. Press Ctrl-C to end it.\n`,
);
await once(process, 'SIGINT');
await server.close();
