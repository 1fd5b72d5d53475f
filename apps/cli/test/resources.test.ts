import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, PROVIDER, type ThrowAway } from '../src/demo/throw-away.ts';
import { meterhouse, type Ran } from './meterhouse.ts';

suite('the resources of the management API, from the command line', () => {
  let place: ThrowAway;
  let service: ServiceProcess;
  let environment: Record<string, string>;
  let operator: Record<string, string>;

  before(async () => {
    place = await makeThrowAway();
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    service = await startService(flags, join(place.root, 'service.log'));
    environment = { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: place.token };
    const token = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
    operator = { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: token };
  });
  after(async () => {
    await service?.stop();
    await place?.remove();
  });

  async function succeed(words: readonly string[], as = environment): Promise<string> {
    const ran = await meterhouse(words, as);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  }
  async function fail(status: number, words: readonly string[], as = environment): Promise<Ran> {
    const ran = await meterhouse(words, as);
    assert.equal(ran.status, status, `${words.join(' ')}\n${ran.stdout}${ran.stderr}`);
    return ran;
  }
  const query = async (expression: string, words: readonly string[], as = environment) =>
    JSON.parse(await succeed([...words, '--query', expression, '--json'], as)) as unknown;

  test('a contract is made, listed in every form, changed and deleted', async () => {
    const made = ['--number', 'C-7', '--family', 'RENTAL', '--currency', 'USD', '--rule-set', 'flex'];
    assert.match(
      await succeed(['contracts', 'create', ...made, '--minimum-commit', '360 points']),
      /Minimum commit +360 points/,
    );
    assert.match(await succeed(['contracts', 'list']), /C-7 +RENTAL +USD +360 points +flex/);
    assert.match(
      await succeed(['contracts', 'list', '--csv', '--columns', 'number,minimumCommit']),
      /^number,minimumCommit\n1012345,360 points\nC-7,360 points\n$/,
    );
    assert.equal(
      await succeed(['contracts', 'list', '--query', '[].number', '--sort', '-number']),
      'C-7\n1012345\n',
    );
    assert.equal(
      await succeed(['contracts', 'list', '--filter', 'number==C*', '--query', 'length(@)']),
      '1\n',
    );
    assert.equal(await succeed(['contracts', 'list', '--limit', '1', '--query', 'length(@)']), '1\n');
    assert.equal(await query('sequence', ['contracts', 'show', 'C-7']), 1);
    assert.match(await succeed(['contracts', 'change', 'C-7', '--currency', 'EUR']), /Currency +EUR/);
    assert.equal(await query('sequence', ['contracts', 'show', 'C-7']), 2);
    await succeed(['contracts', 'delete', 'C-7', '--yes']);
    await fail(3, ['contracts', 'show', 'C-7']);
  });

  test('what is refused is told in commands and flags, not in calls and members', async () => {
    const unknown = await fail(3, ['contracts', 'show', '999']);
    assert.match(unknown.stderr, /^error There is no contract 999\.\n {2}meterhouse contracts list shows/);
    const terms = ['--family', 'RENTAL', '--currency', 'USD', '--rule-set', 'flex'];
    const again = await fail(1, ['contracts', 'create', '--number', PROVIDER.contract, ...terms]);
    assert.match(again.stderr, /meterhouse contracts change 1012345 changes it/);
    assert.ok(!again.stderr.includes('PATCH'), again.stderr);
    const site = ['sites', 'create', '--contract', PROVIDER.contract, '--name', 'Held'];
    await succeed(site);
    const held = await fail(1, ['contracts', 'delete', PROVIDER.contract, '--yes']);
    assert.match(held.stderr, /^error The contract 1012345 cannot be deleted: .*sites\.\n {2}sites: .*Held/);
    await succeed(['sites', 'delete', 'Held', '--contract', PROVIDER.contract, '--yes']);
    const fault = await fail(1, ['contracts', 'create', '--number', 'x'.repeat(300), ...terms]);
    assert.match(fault.stderr, /\n {2}--number: /);
    const meter = await fail(1, [
      ...['meters', 'register', '98531d1c-296e-4b47-8431-c0e8182148e7'],
      ...['--label', 'x', '--contract', 'none-such'],
    ]);
    assert.match(meter.stderr, /\n {2}--contract: /);
  });

  test('a filter that cannot be read is shown with a mark where', async () => {
    const ran = await fail(1, ['contracts', 'list', '--filter', 'number==1;nmae==x']);
    assert.match(ran.stderr, /\n {2}number==1;nmae==x\n {12}\^ no such selector; there are .*number/);
  });

  test('an organisation that is none, or not theirs, is told by --organisation', async () => {
    const none = await fail(3, ['contracts', 'list', '--organisation', 'Nope'], operator);
    assert.match(none.stderr, /^error There is no organisation Nope\.\n {2}meterhouse organisations list/);
    const closed = await fail(4, ['contracts', 'list', '--organisation', 'Nope']);
    assert.match(closed.stderr, /Leave out --organisation/);
    assert.ok(!`${none.stderr}${closed.stderr}`.includes('header'));
  });

  test('operators who would find nothing for ever are told where they are', async () => {
    const where = /You act in Operators, which has no meters; --organisation NAME acts in another/;
    const month = ['--month', '2023-01'];
    for (const words of [
      ['contracts', 'list'],
      ['contracts', 'list', '--json'],
      ['reports', 'list', ...month],
      ['coverage', '--all', ...month],
    ]) {
      const ran = await meterhouse(words, operator);
      assert.equal(ran.status, 0, words.join(' '));
      assert.match(ran.stderr, where, words.join(' '));
      assert.doesNotMatch((await meterhouse(words, environment)).stderr, where);
    }
    assert.match((await fail(3, ['reports', 'show', ...month], operator)).stderr, where);
    const sync = ['reports', 'sync', '--since', '2023-01', '--until', '2023-01', '--to'];
    const folder = join(place.root, 'synced');
    assert.match((await fail(2, [...sync, folder], operator)).stderr, where);
    await succeed([...sync, folder, '--organisation', 'Operators'], operator);
    await succeed([...sync, folder]);
    const terms = ['--number', 'C-9', '--family', 'RENTAL', '--currency', 'USD', '--rule-set', 'flex'];
    assert.match((await fail(2, ['contracts', 'create', ...terms], operator)).stderr, where);
    assert.equal(await succeed(['contracts', 'list', '--json'], operator), '[]\n');
  });

  test('what is missing or wrong is told at once, before anything is sent', async () => {
    const ran = await fail(2, ['contracts', 'create', '--number', 'C-8', '--minimum-commit', 'much']);
    for (const part of [
      '--family <name> is missing',
      '--currency <code> is missing',
      '--rule-set <name> is missing',
      '--minimum-commit: Write an amount and its unit',
    ])
      assert.ok(ran.stderr.includes(part), part);
    assert.match(
      (await fail(2, ['contracts', 'change', PROVIDER.contract])).stderr,
      /nothing to change.*\n.*--family/i,
    );
    assert.match((await fail(2, ['contracts', 'delete', PROVIDER.contract])).stderr, /--yes/);
  });

  test('a change of what somebody else has changed is refused, and told how to go on', async () => {
    const change = ['contracts', 'change', PROVIDER.contract, '--currency', 'EUR', '--sequence', '99'];
    const ran = await fail(1, change);
    assert.match(ran.stderr, /\(412\)/);
    assert.match(ran.stderr, /without --sequence/);
  });

  test('the same key makes a thing once', async () => {
    const words = [
      'sites',
      'create',
      '--contract',
      PROVIDER.contract,
      '--name',
      'Once',
      '--idempotency-key',
      'k-1',
      '--json',
    ];
    const first = await succeed(words);
    assert.equal(await succeed(words), first);
    assert.equal(
      await query("length([?name=='Once'])", ['sites', 'list', '--contract', PROVIDER.contract]),
      1,
    );
  });

  test('a site is named as people call it, or by its UUID; both parents and names are needed', async () => {
    const of = ['--contract', PROVIDER.contract];
    await succeed(['sites', 'create', ...of, '--name', 'Site "B"', '--country-region', 'BG']);
    const id = await query('id', ['sites', 'show', ...of, 'Site "B"']);
    assert.match(await succeed(['sites', 'show', ...of, String(id)]), /Country +BG/);
    const moved = ['--address', 'Shipka 6', '--post-code', '1504'];
    await succeed(['sites', 'change', ...of, 'Site "B"', '--name', 'Site C', ...moved]);
    assert.deepEqual(await query('[address, postCode, countryRegion]', ['sites', 'show', ...of, 'Site C']), [
      'Shipka 6',
      '1504',
      'BG',
    ]);
    assert.match((await fail(3, ['sites', 'show', ...of, 'Site "B"'])).stderr, /no site called Site "B"/);
    await succeed(['sites', 'delete', ...of, 'Site C', '--yes']);
    assert.match((await fail(2, ['sites', 'list'])).stderr, /--contract <number>/);
  });

  test('a meter is changed, deleted and brought back; its keys are listed', async () => {
    await succeed(['meters', 'register', place.agent, '--label', 'um-1', '--contract', PROVIDER.contract]);
    assert.match(await succeed(['meters', 'change', place.agent, '--label', 'um-2']), /Label +um-2/);
    assert.match(await succeed(['meters', 'list', '--filter', 'label==um-2']), new RegExp(place.agent));
    assert.equal(
      await succeed(['meters', 'list', '--filter', 'label==um-1', '--csv', '--columns', 'agentId']),
      'agentId\n',
    );
    await succeed(['meters', 'delete', place.agent, '--yes']);
    assert.equal(await succeed(['meters', 'list', '--query', '[].agentId']), '');
    await succeed(['meters', 'undelete', place.agent]);
    assert.equal(await succeed(['meters', 'list', '--query', '[].agentId']), `${place.agent}\n`);
    assert.match(await succeed(['meters', 'keys', place.agent]), /The meter has no key yet/);
    const trial = randomUUID();
    const modes = ['--mode', 'TEST', '--connectivity', 'OFFLINE', '--agent-version', '4.6'];
    await succeed(['meters', 'register', trial, '--label', 'um-3', ...modes]);
    const told = '[meteringMode, connectivityMode, version]';
    assert.deepEqual(await query(told, ['meters', 'show', trial]), ['TEST', 'OFFLINE', '4.6']);
    await succeed(['meters', 'change', trial, '--mode', 'PRODUCTION', '--connectivity', 'ONLINE']);
    assert.deepEqual(await query(told, ['meters', 'show', trial]), ['PRODUCTION', 'ONLINE', '4.6']);
    assert.match(
      (await fail(1, ['meters', 'change', trial, '--mode', 'TEST'])).stderr,
      /PRODUCTION meter does not become a TEST/,
    );
    await succeed(['meters', 'delete', trial, '--yes']);
  });

  test('a registration without a terminal names everything that is missing', async () => {
    const { stderr } = await fail(2, ['meters', 'register']);
    assert.match(stderr, /<agent>/);
    assert.match(stderr, /--label/);
  });

  test('an operator makes an organisation and acts in it', async () => {
    await succeed(['organisations', 'create', '--name', 'Borealis', '--partner-id', 'P-2'], operator);
    assert.equal(
      await query('organisation.name', ['whoami', '--organisation', 'Borealis'], operator),
      'Borealis',
    );
    await succeed(['organisations', 'change', 'Borealis', '--partner-id', ''], operator);
    assert.equal(await query('partnerId', ['organisations', 'show', 'Borealis'], operator), null);
    assert.equal(
      await query('[].name', ['contracts', 'list', '--organisation', 'Borealis'], operator).then(String),
      '',
    );
    await fail(4, ['contracts', 'list', '--organisation', 'Borealis']);
    await succeed(['organisations', 'delete', 'Borealis', '--yes'], operator);
    assert.match((await fail(3, ['organisations', 'show', 'Borealis'], operator)).stderr, /Borealis/);
  });

  test('people come and go', async () => {
    await succeed(['people', 'create', '--email', 'ops@acme.example', '--role', 'reader']);
    assert.match(
      await succeed(['people', 'change', 'ops@acme.example', '--role', 'reporter']),
      /Role +reporter/,
    );
    await succeed(['people', 'delete', 'ops@acme.example', '--yes']);
    assert.equal(await succeed(['people', 'list', '--query', '[].email']), '');
  });

  test('an API token is told once: alone, among the rest, or in a file of its own', async () => {
    const create = (name: string, ...words: string[]) => [
      'api-tokens',
      'create',
      '--name',
      name,
      '--role',
      'reader',
      ...words,
    ];
    const alone = (await succeed(create('alone'))).trim();
    assert.equal(await query('token.name', ['whoami'], { ...environment, METERHOUSE_TOKEN: alone }), 'alone');
    const inJson = JSON.parse(await succeed(create('json', '--expires-in', '90d', '--json'))) as {
      value: string;
      expiresAt: string;
    };
    assert.ok(Date.parse(inJson.expiresAt) > Date.now() + 89 * 86_400_000);
    const file = join(place.root, 'token');
    const shown = await succeed(create('file', '--to', file));
    const kept = (await readFile(file, 'utf8')).trim();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!shown.includes(kept));
    assert.equal((await fail(6, create('again', '--to', file))).stdout, '');
    assert.equal(await query("length([?name=='again'])", ['api-tokens', 'list']), 0);
    assert.equal(await query('token.name', ['whoami'], { ...environment, METERHOUSE_TOKEN: kept }), 'file');

    await succeed(['api-tokens', 'change', 'alone', '--name', 'nightly']);
    assert.deepEqual(await query('[name, role, lastFour]', ['api-tokens', 'show', 'nightly']), [
      'nightly',
      'reader',
      alone.slice(-4),
    ]);
    assert.equal(
      await query('token.name', ['whoami'], { ...environment, METERHOUSE_TOKEN: alone }),
      'nightly',
    );

    const rotated = (await succeed(['api-tokens', 'rotate', 'file', '--grace', '0s'])).trim();
    assert.equal(
      await query('token.name', ['whoami'], { ...environment, METERHOUSE_TOKEN: rotated }),
      'file',
    );
    await fail(4, ['whoami'], { ...environment, METERHOUSE_TOKEN: kept });
    await succeed(['api-tokens', 'delete', 'file', '--yes']);
    await fail(4, ['whoami'], { ...environment, METERHOUSE_TOKEN: rotated });
  });

  test('customers and the rules that name them', async () => {
    await succeed(['customers', 'create', '--name', 'Northwind', '--number', 'C-1']);
    const rule = [
      '--product-type',
      'vCenter',
      '--product',
      place.agent,
      '--target-type',
      'Folder',
      '--target',
      'group-1',
    ];
    const made = JSON.parse(
      await succeed(['customer-rules', 'create', '--customer', 'Northwind', ...rule, '--json']),
    ) as { id: string };
    assert.match(await succeed(['customer-rules', 'list']), /Northwind +vCenter/);
    await succeed(['customers', 'change', 'Northwind', '--name', 'Contoso', '--number', 'C-2']);
    assert.equal(await query('number', ['customers', 'show', 'Contoso']), 'C-2');
    await succeed(['customer-rules', 'change', made.id, '--target', 'group-2']);
    assert.match(await succeed(['customer-rules', 'show', made.id]), /Contoso[\s\S]*group-2/);
    await succeed(['customer-rules', 'delete', made.id, '--yes']);
    await succeed(['customers', 'delete', 'Contoso', '--yes']);
  });

  test('months, quotas, notifications and the audit log are read; the log is verified', async () => {
    assert.match(await succeed(['months', 'list']), /No usage has come yet/);
    assert.match(await succeed(['quotas', 'list']), /meters +1 /);
    const own = ['--organisation', PROVIDER.name];
    const given = ['--upload-bytes-per-day', '1000', '--renderings-per-hour', '7', '--uploads-per-day', '9'];
    await succeed(['quotas', 'change', ...own, ...given], operator);
    const limits = "[?quota!='meters'].limit | sort(@)";
    assert.deepEqual(await query(limits, ['quotas', 'list']), [7, 9, 1000]);
    await succeed(['quotas', 'change', ...own, '--upload-bytes-per-day', 'usual'], operator);
    assert.notDeepEqual(await query(limits, ['quotas', 'list']), [7, 9, 1000]);
    await fail(4, ['quotas', 'change', ...given]);
    await succeed(['notifications', 'list']);
    await succeed(['notifications', 'read', '--all']);
    const log = ['audit-log', 'list', '--limit', '1', '--filter', 'action==meter-undeleted'];
    assert.match(await succeed(log), new RegExp(`meter:${place.agent}`));
    assert.equal(await query('intact', ['audit-log', 'verify'], operator), true);
  });

  test('login keeps a token for its owner alone, and later commands use it; logout forgets it', async () => {
    const home = join(place.root, 'home');
    const bare = { XDG_CONFIG_HOME: home };
    const login = await meterhouse(
      ['login', '--token-stdin', '--server', service.url],
      bare,
      `${place.token}\n`,
    );
    assert.equal(login.status, 0, login.stderr);
    assert.match(login.stdout, /as administrator of Acme Cloud/);
    assert.ok(!`${login.stdout}${login.stderr}`.includes(place.token));
    const file = join(home, 'meterhouse', 'credentials');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(home, 'meterhouse'))).mode & 0o777, 0o700);
    assert.equal(await query('token.name', ['whoami'], bare), 'demo');

    await writeFile(join(place.root, 'safe'), `${operator.METERHOUSE_TOKEN}\nnotes\n`);
    const helper = [
      'login',
      '--profile',
      'ops',
      '--server',
      service.url,
      '--token-command',
      `cat '${join(place.root, 'safe')}'`,
    ];
    await succeed(helper, bare);
    assert.ok(!(await readFile(file, 'utf8')).includes(operator.METERHOUSE_TOKEN!));
    assert.equal(await query('role', ['whoami', '--profile', 'ops'], bare), 'operator');
    assert.equal(await query('role', ['whoami'], bare), 'administrator');
    assert.equal(await query('role', ['whoami'], { ...bare, ...operator }), 'operator');
    assert.match(
      (await fail(2, ['whoami', '--server', 'https://else.example', '--profile', 'ops'], bare)).stderr,
      /Profile ops is of /,
    );
    assert.match((await fail(2, ['whoami', '--profile', 'none'], bare)).stderr, /There are: default, ops/);
    await fail(4, ['whoami', '--server', 'http://127.0.0.1:9'], bare);

    await succeed(['logout'], bare);
    assert.equal(await query('role', ['whoami'], bare), 'operator');
    await succeed(['logout', '--all'], bare);
    await fail(4, ['whoami', '--server', service.url], bare);
  });

  test('a token that is not good is not kept; without a terminal or a source login says what to give', async () => {
    const bare = { XDG_CONFIG_HOME: join(place.root, 'home-2') };
    const wrong = await meterhouse(
      ['login', '--token-stdin', '--server', service.url],
      bare,
      'not-a-good-token-at-all',
    );
    assert.equal(wrong.status, 4, wrong.stderr);
    assert.ok(!wrong.stderr.includes('not-a-good-token-at-all'));
    await assert.rejects(stat(join(place.root, 'home-2', 'meterhouse', 'credentials')));
    const { stderr } = await fail(2, ['login'], bare);
    assert.match(stderr, /--token-stdin.*--token-command/);
  });
});
