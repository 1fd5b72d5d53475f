/**
 * The program of the raw HTTP server: a plain Fastify that reads PostgreSQL as often as the service does for the same call,
 * and checks nothing. Its arguments: a directory for its PostgreSQL, and the file that a download streams.
 */
import { createReadStream, statSync } from 'node:fs';
import { startPrivatePostgres } from '@meterhouse/service/database';
import Fastify from 'fastify';
import pg from 'pg';
import type { RawHttpAddress } from './raw-http.ts';

const [directory, file] = process.argv.slice(2) as [string, string];
const postgres = await startPrivatePostgres({
  directory,
  logger: { info() {}, warn: console.error, error: console.error } as never,
  onUnexpectedExit: (error) => {
    throw error;
  },
});
const pool = new pg.Pool({ connectionString: postgres.connectionString, max: 10 });
await pool.query(`
  create table things (id int primary key, part int not null, name text not null, ref text not null, type text not null,
    length bigint not null, checksum text not null);
  create index on things (part);
  insert into things select n, n / 50, 'a meter of the bench ' || n, md5(n::text), 'application/tsv+gzip', n, md5('x' || n)
    from generate_series(1, 5000) n;
  analyze things`);

pool.on('error', () => {});

const one = () => pool.query('select * from things where id = $1', [1 + Math.floor(Math.random() * 5000)]);
const fifty = () => pool.query('select * from things where part = $1', [Math.floor(Math.random() * 100)]);

const app = Fastify({ logger: false });
app.addContentTypeParser('*', (_request, body, done) => {
  body.resume().on('end', () => done(null));
});
const tokens = { id_token: 'x'.repeat(600), access_token: 'x'.repeat(600), expires_in: 1799 };
app.post('/one-read', async () => {
  await one();
  return tokens;
});
app.get('/two-reads', async () => {
  await one();
  const { rows } = await one();
  return { contractNumber: rows[0].checksum, siteName: rows[0].name };
});
app.get('/list', async () => {
  await one();
  const { rows } = await fifty();
  return rows;
});
app.get('/file', async (_request, reply) => {
  await one();
  return reply
    .type('application/tsv+gzip')
    .header('content-length', statSync(file).size)
    .send(createReadStream(file));
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url } satisfies RawHttpAddress);
process.once('disconnect', async () => {
  await app.close();
  await pool.end();
  await postgres.stop();
});
