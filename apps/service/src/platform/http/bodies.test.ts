import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import Type from 'typebox';
import { appWith } from './testing.ts';
import type { BodyTime } from './types.ts';

const bodyTime: BodyTime = { idleSeconds: 0.2, totalSeconds: 0.6 };
const app = await appWith({
  routes: [
    (scope) => {
      scope.post(
        '/slow',
        {
          config: { access: 'public', bodyTime },
          schema: {
            summary: 'A route of the tests',
            tags: ['tests'],
            body: Type.Object({ a: Type.Integer() }, { additionalProperties: false }),
            response: { 200: Type.Unknown() },
          },
        },
        async (request) => request.body,
      );
      scope.put(
        '/unread',
        {
          config: { access: 'administrator', body: 'none' },
          schema: { summary: 'A route of the tests', tags: ['tests'], response: { 200: Type.Unknown() } },
        },
        async () => ({}),
      );
    },
  ],
});
await app.listen({ port: 0, host: '127.0.0.1' });
after(() => app.close());

/** Sends pieces with pauses between them and gives all that came back until the connection ended. */
async function exchange(pieces: readonly string[], pauseMilliseconds: number): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    if (socket.writable) socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  await ended;
  return answer;
}
const head = (path: string, length: number, method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

test('a body that stalls is cut with 408 and its connection ends', async () => {
  const answer = await exchange([head('/slow', 7), '{"a":'], 50);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /"code":"request-timeout".*Nothing of the body came for 0\.2 s/);
});

test('a body that dribbles on and on is cut too', async () => {
  const answer = await exchange([head('/slow', 1000), ...'          '.repeat(2)], 100);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /not complete after 0\.6 s/);
});

test('a body that comes in pieces within its time is taken', async () => {
  const text = head('/slow', 7).replace('Host: x', 'Host: x\r\nConnection: close');
  const answer = await exchange([text, '{"a"', ':5}'], 50);
  assert.match(answer, /^HTTP\/1\.1 200 .*\{"a":5\}$/s);
});

test('a body of another type is refused at its first byte, and cut with 408 when that does not come', async () => {
  const text = head('/slow', 10e9).replace('application/json', 'text/csv');
  const refused = await exchange([text, 'a,b', 'c,d', 'e,f'], 50);
  assert.match(refused, /^HTTP\/1\.1 415 .*"code":"unsupported-media-type"/s);
  assert.match(refused, /connection: close/i);
  assert.match(await exchange([text], 50), /^HTTP\/1\.1 408 .*Nothing of the body came for 0\.2 s/s);
});

test('a client that goes away amid its body takes nothing with it', async () => {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${head('/slow', 7)}{"a":`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  const text = head('/slow', 7).replace('Host: x', 'Host: x\r\nConnection: close');
  assert.match(await exchange([text, '{"a":5}'], 50), /^HTTP\/1\.1 200 /);
});

test('a refusal before the body is read ends the connection instead of reading 10 GB', async () => {
  const answer = await exchange([head('/unread', 10e9, 'PUT'), 'x'.repeat(1000)], 50);
  assert.match(answer, /^HTTP\/1\.1 401 /);
  assert.match(answer, /connection: close/i);
});

test('what is no HTTP gets a problem and the end of its connection', async () => {
  const answer = await exchange(['NONSENSE\r\n\r\n'], 0);
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n.*"code":"malformed-request"/s);
  const large = await exchange([`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`], 0);
  assert.match(large, /^HTTP\/1\.1 431 .*"code":"headers-too-large"/s);
});
