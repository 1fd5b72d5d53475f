import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import { meterhouse } from './meterhouse.ts';
import { KEY, noTerminal, Terminal } from './terminal.ts';

const AGENT = '88531d1c-296e-4b47-8431-c0e8182148e7';
const STOPPED = 130;

/** Compiled code is kept for the next command, as it is for a person. */
const swift = ({ root }: ThrowAway) => ({ XDG_CACHE_HOME: join(root, 'cache') });

/** Every way to say no, each with the key that says it. */
const NO = Object.entries({ n: 'n', Enter: KEY.enter, 'Ctrl-C': KEY.ctrlC, 'Ctrl-D': KEY.ctrlD });
/** Every way out of a question that takes a text or a choice. */
const OUT = [KEY.ctrlC, KEY.ctrlD, KEY.escape];

suite('a person at a terminal', { skip: noTerminal }, () => {
  let place: ThrowAway;
  let service: ServiceProcess;
  let environment: Record<string, string>;

  before(async () => {
    place = await makeThrowAway();
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    service = await startService(flags, join(place.root, 'service.log'));
    environment = { ...swift(place), METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token };
  });
  after(async () => {
    await service?.stop();
    await place?.remove();
  });

  const at = (words: readonly string[], more = {}) => new Terminal(words, environment, more);
  async function query(expression: string, words: readonly string[]): Promise<string> {
    const ran = await meterhouse([...words, '--query', expression], environment);
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout.trim();
  }

  suite('who signs in', () => {
    async function newcomer() {
      const home = await mkdtemp(join(place.root, 'home-'));
      const bare = { ...swift(place), XDG_CONFIG_HOME: home };
      return { bare, file: join(home, 'meterhouse', 'credentials') };
    }

    test('is asked for the address and the token, told what is wrong with either, and asked again', async () => {
      const { bare, file } = await newcomer();
      const terminal = new Terminal(['login'], bare);
      await terminal.shows('Address of the service');
      await terminal.shows('http://127.0.0.1:8390');
      terminal.press(`nowhere${KEY.enter}`);
      await terminal.shows('"nowhere" is no address of a service');
      terminal.press(`${KEY.ctrlU}${service.url}${KEY.enter}`);
      await terminal.shows('API token (it is not shown)');
      terminal.press(KEY.enter);
      await terminal.shows('Nothing came.');
      terminal.press(`two words${KEY.enter}`);
      await terminal.shows('A token is one word; paste it alone.');
      terminal.press(`${place.token}${KEY.enter}`);
      await terminal.shows(`Signed in to ${service.url}/ as administrator of Acme Cloud.`);
      assert.equal(await terminal.ends(), 0);
      assert.ok(!terminal.shown.includes(place.token), terminal.shown);
      assert.ok(!terminal.shown.includes('two words'), terminal.shown);
      assert.ok((await readFile(file, 'utf8')).includes(place.token));
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });

    test('sees no character of the token, not even its length, and leaves no file when stopping', async () => {
      await Promise.all(
        OUT.map(async (out) => {
          const { bare, file } = await newcomer();
          const terminal = new Terminal(['login', '--server', service.url], bare);
          await terminal.shows('API token (it is not shown)');
          const before = terminal.shown.length;
          terminal.press('€€€€€€€€');
          terminal.press(out);
          await terminal.shows('error Nothing was done.');
          assert.equal(await terminal.ends(), STOPPED);
          assert.ok(!terminal.written.includes('€'), terminal.shown);
          assert.doesNotMatch(terminal.shown.slice(before), /[*•▪]/);
          assert.equal(existsSync(file), false);
        }),
      );
    });

    test('is told that the service does not take a token, which is shown nowhere and kept nowhere', async () => {
      const { bare, file } = await newcomer();
      const terminal = new Terminal(['login', '--server', service.url], bare);
      await terminal.shows('API token (it is not shown)');
      terminal.press(`not-a-good-token-at-all${KEY.enter}`);
      await terminal.shows('Invalid refresh token');
      await terminal.shows('run meterhouse login again');
      assert.equal(await terminal.ends(), 4);
      assert.ok(!terminal.shown.includes('not-a-good'), terminal.shown);
      assert.equal(existsSync(file), false);
    });
  });

  suite('who registers a meter', () => {
    test('is led through the form: what is wrong is told and asked again, what there is can be chosen', async () => {
      const terminal = at(['meters', 'register']);
      await terminal.shows("The meter's UUID");
      terminal.press(`um46${KEY.enter}`);
      await terminal.shows('Write a UUID, such as "meterhouse meter init" told.');
      terminal.press(`${KEY.ctrlU}${AGENT}${KEY.enter}`);
      await terminal.shows('What do people call it?');
      terminal.press(KEY.enter);
      await terminal.shows('It needs a name.');
      terminal.press(`um46${KEY.enter}`);
      await terminal.shows('Under which contract is it billed?');
      await terminal.shows('1012345 (RENTAL, flex)');
      terminal.press(KEY.enter);
      await terminal.shows('At which site does it stand?');
      await terminal.shows('Site A (BG)');
      terminal.press(KEY.enter);
      await terminal.shows('What is it for?');
      terminal.press(KEY.down);
      await terminal.shows('its usage stays out of bills');
      terminal.press(KEY.enter);
      await terminal.shows(`${AGENT} is registered under contract 1012345.`);
      assert.equal(await terminal.ends(), 0);
      const is = '[label, contractNumber, siteName, meteringMode] | join(`,`, @)';
      assert.equal(await query(is, ['meters', 'show', AGENT]), 'um46,1012345,Site A,TEST');
    });

    test('registers nothing when stopping at any question', async () => {
      const before = await query('length(@)', ['meters', 'list']);
      const questions: [string, string][] = [
        ["The meter's UUID", KEY.enter],
        ['What do people call it?', `um47${KEY.enter}`],
        ['Under which contract is it billed?', KEY.enter],
        ['At which site does it stand?', KEY.enter],
        ['What is it for?', KEY.enter],
      ];
      await Promise.all(
        questions.map(async ([last], index) => {
          const terminal = at(['meters', 'register']);
          for (const [question, answer] of questions.slice(0, index))
            (await terminal.shows(question)).press(answer);
          (await terminal.shows(last)).press(OUT[index % OUT.length]!);
          await terminal.shows('error Nothing was done.');
          assert.equal(await terminal.ends(), STOPPED);
        }),
      );
      assert.equal(await query('length(@)', ['meters', 'list']), before);
    });

    test('may send the answer elsewhere: questions stay at the terminal', async () => {
      const stdout = join(place.root, 'registered.json');
      const terminal = at(['meters', 'register', '--label', 'um48', '--contract', '1012345', '--json'], {
        stdout,
      });
      (await terminal.shows("The meter's UUID")).press(KEY.enter);
      (await terminal.shows('What is it for?')).press(KEY.enter);
      assert.equal(await terminal.ends(), 0, terminal.shown);
      const { contractNumber } = JSON.parse(await readFile(stdout, 'utf8')) as { contractNumber: string };
      assert.equal(contractNumber, '1012345');
    });
  });

  suite('who applies a declaration', () => {
    const declared = 'organisations:\n  - name: Acme Cloud\n    customers: [{ name: Northwind }]\n';
    let file: string;
    before(async () => {
      file = join(place.root, 'declared.yaml');
      await writeFile(file, declared);
    });

    test('sees the plan before the question, and every way to say no changes nothing', async () => {
      await Promise.all(
        NO.map(async ([name, key]) => {
          const terminal = at(['apply', '-f', file]);
          await terminal.shows('+ customer Northwind');
          await terminal.shows('Plan: 1 to create, 0 to change, 0 to delete.');
          (await terminal.shows('Make 1 change?')).press(key);
          await terminal.shows('error Nothing was done.');
          assert.equal(await terminal.ends(), STOPPED, name);
        }),
      );
      assert.equal(await query('length(@)', ['customers', 'list']), '0');
    });

    test('says yes once: it is done, and the same file asks nothing', async () => {
      const terminal = at(['apply', '-f', file]);
      (await terminal.shows('Make 1 change?')).press('y');
      await terminal.shows('created customer Northwind');
      await terminal.shows('Done.');
      assert.equal(await terminal.ends(), 0);
      const again = at(['apply', '-f', file]);
      assert.equal(await again.ends(), 0);
      assert.ok(!again.shown.includes('Make '), again.shown);
      assert.equal(await query('[].name', ['customers', 'list']), 'Northwind');
    });
  });

  suite('who deletes', () => {
    test('is asked, every way to say no keeps it, and y deletes it', async () => {
      const { status, stderr } = await meterhouse(['customers', 'create', '--name', 'Gone'], environment);
      assert.equal(status, 0, stderr);
      const words = ['customers', 'delete', 'Gone'];
      await Promise.all(
        NO.map(async ([name, key]) => {
          const terminal = at(words);
          (await terminal.shows('Delete the customer Gone?')).press(key);
          await terminal.shows('error Nothing was done.');
          assert.equal(await terminal.ends(), STOPPED, name);
        }),
      );
      assert.equal(await query('name', ['customers', 'show', 'Gone']), 'Gone');
      const terminal = at(words);
      (await terminal.shows('Delete the customer Gone?')).press('y');
      await terminal.shows('The customer Gone is deleted.');
      assert.equal(await terminal.ends(), 0);
      assert.equal((await meterhouse(['customers', 'show', 'Gone'], environment)).status, 3);
    });

    test('is asked nothing with --yes', async () => {
      const terminal = at(['customers', 'delete', 'Nobody', '--yes']);
      await terminal.shows('There is no customer called Nobody.');
      assert.equal(await terminal.ends(), 3);
      assert.ok(!terminal.shown.includes('Delete the'), terminal.shown);
    });

    test('is asked before a key is given up for ever', async () => {
      const terminal = at(['meters', 'compromise', AGENT, 'some-key', '--reason', 'the disk was sold']);
      (await terminal.shows('Report the key some-key as in wrong hands, for ever?')).press(KEY.enter);
      await terminal.shows('error Nothing was done.');
      assert.equal(await terminal.ends(), STOPPED);
    });
  });

  suite('who makes an item', () => {
    test('is asked for what is needed, by its name, until it will do', async () => {
      const terminal = at(['contracts', 'create', '--number', 'C-9', '--minimum-commit', '1 points']);
      (await terminal.shows('Family: such as RENTAL')).press(KEY.enter);
      (await terminal.shows('It is needed.')).press(`RENTAL${KEY.enter}`);
      (await terminal.shows('Currency: three letters, such as USD')).press(`USD${KEY.enter}`);
      (await terminal.shows('Rule set: which rules rate its usage')).press(KEY.ctrlC);
      await terminal.shows('error Nothing was done.');
      assert.equal(await terminal.ends(), STOPPED);
      assert.equal((await meterhouse(['contracts', 'show', 'C-9'], environment)).status, 3);
    });

    test('types a password that is not shown', async () => {
      const terminal = at([
        'people',
        'create',
        '--email',
        'a@b.example',
        '--role',
        'reader',
        '--password-stdin',
      ]);
      await terminal.shows('Their first password, 12 characters or more (it is not shown)');
      terminal.press(`short${KEY.enter}`);
      await terminal.shows('It has 12 characters or more.');
      terminal.press(`€€€€ €€€€ €€€€${KEY.enter}`);
      assert.equal(await terminal.ends(), 0, terminal.shown);
      assert.doesNotMatch(terminal.shown, /€|short/);
      assert.equal(await query('role', ['people', 'show', 'a@b.example']), 'reader');
    });
  });

  test('can read the question on a terminal that does not know its size', async () => {
    const terminal = at(['customers', 'delete', 'Northwind'], { size: 'cols 0 rows 0' });
    (await terminal.shows('Delete the customer Northwind?')).press('n');
    assert.equal(await terminal.ends(), STOPPED);
  });

  test('is shown the names of others without what would move the cursor', async (t) => {
    const evil = { number: '1\u001b[2J', family: 'A\u001b]0;b\u0007\nC', ruleSet: 'flex' };
    const server = createServer((request, response) => {
      request.resume();
      const token = request.url!.endsWith('/authorize');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(token ? { access_token: 'a', expires_in: 1799 } : { items: [evil] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const elsewhere = { ...environment, METERHOUSE_SERVER: `http://127.0.0.1:${port}` };
    const terminal = new Terminal(['meters', 'register', AGENT], elsewhere);
    (await terminal.shows('What do people call it?')).press(`um46${KEY.enter}`);
    (await terminal.shows('1 (A C, flex)')).press(KEY.ctrlC);
    assert.equal(await terminal.ends(), STOPPED);
    assert.ok(!terminal.written.includes('\u001b[2J') && !terminal.written.includes('\u001b]0'));
  });
});
