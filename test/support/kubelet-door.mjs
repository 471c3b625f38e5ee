// SPDX-License-Identifier: Apache-2.0
// Leads out of the network of a test's node and into it: a Unix socket can be reached from any network namespace.
// Arguments: pairs of where to listen and where to lead, each `HOST:PORT` or the path of a socket.

import { connect, createServer } from 'node:net';

/** A path holds a slash; a host name does not. */
const place = (text) => {
  if (text.includes('/')) return { path: text };
  const [, host, port] = /^(.*):(\d+)$/.exec(text);
  return { host, port: Number(port) };
};

const doors = process.argv.slice(2);
for (let index = 0; index < doors.length; index += 2) {
  const [from, to] = doors.slice(index, index + 2).map(place);
  const server = createServer((near) => {
    const far = connect(to);
    near.pipe(far).pipe(near);
    // Whoever still waits at the other side learns of it.
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  });
  server.listen(from);
}
