import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { carryOut } from '../src/declaration/carry-out.ts';
import { makePlan } from '../src/declaration/make-plan.ts';
import { readDeclarationFile } from '../src/declaration/read-file.ts';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import type { Failure } from '../src/failure.ts';
import { connect } from '../src/http/connect.ts';
import { MAIN, meterhouse, type Ran } from './meterhouse.ts';

const AGENT = '88531d1c-296e-4b47-8431-c0e8182148e7';
const OTHER_AGENT = '9f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b';
const VCENTER = '5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b';

interface PlanJson {
  readonly changes: readonly {
    readonly action: string;
    readonly kind: string;
    readonly name: string;
    readonly fields: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
  }[];
  readonly unchanged: number;
  readonly warnings: readonly string[];
  readonly applied: boolean;
}

suite('a declaration, applied to a running service', () => {
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

  /** Applies what is piped in. */
  async function apply(
    declared: unknown,
    words: readonly string[],
    { status = 0, as = environment }: { status?: number; as?: Record<string, string> } = {},
  ): Promise<Ran> {
    const input = typeof declared === 'string' ? declared : stringify(declared);
    const ran = await meterhouse(['apply', '-f', '-', ...words], as, input);
    assert.equal(ran.status, status, `${input}\n${ran.stdout}${ran.stderr}`);
    return ran;
  }
  const planned = async (declared: unknown, words: readonly string[] = [], as = environment) => {
    const input = typeof declared === 'string' ? declared : stringify(declared);
    const ran = await meterhouse(['apply', '-f', '-', '--plan', '--json', ...words], as, input);
    assert.ok(ran.status === 0 || ran.status === 8, ran.stderr);
    const plan = JSON.parse(ran.stdout) as PlanJson;
    assert.equal(ran.status, plan.changes.length === 0 ? 0 : 8);
    return plan;
  };
  const steps = ({ changes }: PlanJson) =>
    changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  const acme = (parts: object) => ({ organisations: [{ name: 'Acme Cloud', ...parts }] });
  const terms = { family: 'RENTAL', currency: 'USD', ruleSet: 'flex' };
  async function succeed(words: readonly string[], as = environment): Promise<string> {
    const ran = await meterhouse(words, as);
    assert.equal(ran.status, 0, `${words.join(' ')}\n${ran.stderr}`);
    return ran.stdout;
  }

  const whole = acme({
    people: [{ email: 'Ops@acme.example', role: 'reporter' }],
    contracts: [
      {
        number: 'C-1',
        ...terms,
        minimumCommit: { quantity: '360', unit: 'points' },
        sites: [{ name: 'North', postCode: '1' }],
      },
    ],
    customers: [
      {
        name: 'Northwind',
        number: 'N-1',
        rules: [{ productType: 'vCenter', productId: VCENTER, targetType: 'Folder', targetId: 'group-1' }],
      },
    ],
    meters: [{ agentId: AGENT, label: 'um-1', contractNumber: 'C-1', siteName: 'North' }],
    apiTokens: [{ name: 'nightly', role: 'reader' }],
  });

  test('what is missing is made, in the order of what refers to what; then nothing is left to do', async () => {
    const secrets = join(place.root, 'secrets');
    const words = ['--secrets-dir', secrets];
    const plan = await planned(whole, words);
    assert.deepEqual(steps(plan), [
      'create person ops@acme.example',
      'create contract C-1',
      'create site C-1 / North',
      'create customer Northwind',
      `create customer rule vCenter ${VCENTER} Folder group-1`,
      `create meter ${AGENT} (um-1)`,
      'create API token nightly',
    ]);
    const refused = await apply(whole, words, { status: 2 });
    assert.match(refused.stderr, /--yes/);
    assert.match(refused.stdout, /\+ contract C-1\n +family: "RENTAL"/);
    assert.deepEqual(await planned(whole, words), plan, 'a plan changes nothing');

    const ran = await apply(whole, [...words, '--yes']);
    assert.match(ran.stdout, /Plan: 7 to create, 0 to change, 0 to delete\.\nDone\.\n/);
    const [folder] = await readdir(secrets);
    const file = join(secrets, folder!, 'nightly-reader');
    const value = (await readFile(file, 'utf8')).trim();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(value));
    assert.equal(
      await succeed(['whoami', '--query', 'token.name'], { ...environment, METERHOUSE_TOKEN: value }),
      'nightly\n',
    );
    const again = await planned(whole, words);
    assert.deepEqual([steps(again), again.unchanged], [[], 8]);
    assert.match((await apply(whole, words)).stdout, /= 8 unchanged\nNothing to change\./);
  });

  test('what differs is changed field by field; what the file does not name stays', async () => {
    const other = acme({
      people: [{ email: 'ops@acme.example', role: 'reader' }],
      contracts: [
        {
          number: 'C-1',
          ...terms,
          currency: 'EUR',
          minimumCommit: { quantity: '360.00', unit: 'points' },
          sites: [{ name: 'North' }],
        },
      ],
      meters: [{ agentId: AGENT.toUpperCase(), label: 'um-2', siteName: null }],
    });
    const plan = await planned(other);
    assert.deepEqual(
      plan.changes.map(({ name, fields }) => [name, fields]),
      [
        ['ops@acme.example', [{ field: 'role', from: 'reporter', to: 'reader' }]],
        ['C-1', [{ field: 'currency', from: 'USD', to: 'EUR' }]],
        ['C-1 / North', [{ field: 'postCode', from: '1', to: '' }]],
        [
          `${AGENT} (um-2)`,
          [
            { field: 'label', from: 'um-1', to: 'um-2' },
            { field: 'siteName', from: 'North', to: null },
          ],
        ],
      ],
    );
    await apply(other, ['--yes']);
    assert.deepEqual(steps(await planned(other)), []);
    assert.equal(await succeed(['meters', 'show', AGENT, '--query', 'contractNumber']), 'C-1\n');
    assert.equal(await succeed(['customers', 'list', '--query', '[].name']), 'Northwind\n');
  });

  test('with --prune what the lists of the file do not name goes, in reverse order, and nothing of other lists', async () => {
    await apply(
      acme({
        contracts: [{ number: 'C-2', ...terms, sites: [{ name: 'Gone' }] }],
        meters: [{ agentId: OTHER_AGENT, label: 'gone', meteringMode: 'TEST' }],
      }),
      ['--yes'],
    );
    const kept = acme({
      contracts: [
        { number: '1012345', ...terms, minimumCommit: { quantity: '360', unit: 'points' } },
        { number: 'C-1', ...terms, currency: 'EUR', minimumCommit: { quantity: '360', unit: 'points' } },
      ],
      customers: [],
      meters: [{ agentId: AGENT, label: 'um-2' }],
      apiTokens: [],
    });
    const plan = await planned(kept, ['--prune']);
    assert.deepEqual(steps(plan), [
      'delete API token nightly (reader)',
      `delete meter ${OTHER_AGENT} (gone)`,
      `delete customer rule vCenter ${VCENTER} Folder group-1 of Northwind`,
      'delete customer Northwind',
      'delete site C-2 / Gone',
      'delete contract C-2',
    ]);
    assert.match(plan.warnings.join('\n'), /demo \(administrator\) is not declared and stays/);
    assert.deepEqual(steps(await planned(kept)), []);
    await apply(kept, ['--prune', '--yes']);
    assert.deepEqual(steps(await planned(kept, ['--prune'])), []);
    assert.equal(await succeed(['people', 'list', '--query', '[].email']), 'ops@acme.example\n');
    assert.equal(await succeed(['sites', 'list', '--contract', 'C-1', '--query', '[].name']), 'North\n');

    const back = acme({
      meters: [{ agentId: OTHER_AGENT, label: 'back' }],
      apiTokens: [{ name: 'nightly', role: 'reader' }],
    });
    const again = await planned(back);
    assert.deepEqual(again.changes[0]?.fields[0], { field: 'deleted', from: true, to: false });
    assert.equal(again.changes.length, 1);
    assert.match(again.warnings.join('\n'), /nightly \(reader\) was revoked and stays so/);
    await apply(back, ['--yes']);
    assert.deepEqual(steps(await planned(back)), []);
  });

  test('a failure in the middle says what was done and what was not; running it again finishes', async () => {
    const to = join(place.root, 'later', 'token');
    const declared = acme({
      contracts: [{ number: 'C-3', ...terms }],
      apiTokens: [
        { name: 'early', role: 'reader', to },
        { name: 'late', role: 'reader', to: `${to}-2` },
      ],
    });
    const ran = await apply(declared, ['--yes'], { status: 9 });
    assert.match(ran.stderr, /created contract C-3\n/);
    assert.match(ran.stderr, /1 of 3 done; create API token early: There is no .*later/);
    assert.match(ran.stderr, /not done: create API token early\n.*not done: create API token late\n/);
    assert.deepEqual(steps(await planned(declared)), ['create API token early', 'create API token late']);
    await mkdir(join(place.root, 'later'));
    await apply(declared, ['--yes']);
    assert.deepEqual(steps(await planned(declared)), []);

    // A contract that a meter is or was billed under stays, and the service says why.
    const without = acme({ contracts: [{ number: 'C-3', ...terms }] });
    const kept = await apply(without, ['--prune', '--yes'], { status: 1 });
    assert.match(kept.stderr, /0 of 4 done; delete site C-1 \/ North: .*\(409\)/);
  });

  test('what somebody changed after the plan was made is not overwritten', async () => {
    const file = join(place.root, 'late.yaml');
    await writeFile(file, stringify(acme({ contracts: [{ number: 'C-3', ...terms, currency: 'GBP' }] })));
    process.env.METERHOUSE_TOKEN = place.token;
    const client = await connect({ server: service.url });
    const wishes = { prune: false, secretsDir: undefined };
    const plan = await makePlan(client, await readDeclarationFile(file), wishes);
    await succeed(['contracts', 'change', 'C-3', '--currency', 'EUR']);
    await assert.rejects(
      carryOut(plan, () => {}),
      ({ code, advice }: Failure) => code === 'sequence-conflict' && /changed after the plan/.test(advice!),
    );
    assert.equal(await succeed(['contracts', 'show', 'C-3', '--query', 'currency']), 'EUR\n');
  });

  test('every fault is told at once with its line, and nothing is changed', async () => {
    const { stderr } = await apply(
      `organisations:
  - name: Acme Cloud
    contracts:
      - { number: 1012345, family: RENTAL, currency: USD, ruleSet: flex }
      - { number: C-9, family: RENTAL, currency: dollars, ruleSet: flex }
    meters:
      - { agentId: none, label: x }
`,
      [],
      { status: 6 },
    );
    assert.match(
      stderr,
      /standard input:4: organisations\/0\/contracts\/0\/number must be text: put it in quotes/,
    );
    assert.match(stderr, /standard input:5: organisations\/0\/contracts\/1\/currency must be a currency/);
    assert.match(stderr, /standard input:7: organisations\/0\/meters\/0\/agentId must be a UUID/);

    const later = await apply(
      `organisations:
  - name: Acme Cloud
    quotas: { meters: 5 }
    meters:
      - { agentId: ${VCENTER}, label: x, contractNumber: nowhere }
    apiTokens:
      - { name: new, role: reader }
      - { name: boss, role: operator, to: boss-token }
  - name: Borealis
`,
      ['--yes'],
      { status: 6 },
    );
    for (const fault of [
      '3: organisations/0/quotas are set by operators only',
      '5: organisations/0/meters/0/contractNumber is no contract of the organisation',
      '7: organisations/0/apiTokens/0 is to be made: say where its value goes',
      '8: organisations/0/apiTokens/1/role is possible in the organisation of the operators only',
      '9: organisations/1/name is not yours: you are of Acme Cloud',
    ])
      assert.ok(later.stderr.includes(fault), `${fault}\n${later.stderr}`);

    const file = join(place.root, 'open.yaml');
    await writeFile(
      file,
      stringify(
        acme({
          apiTokens: [{ name: 'a', role: 'reader', value: 'x' }],
          people: [{ email: 'a@b.example', role: 'reader', password: 'correct horse battery' }],
        }),
      ),
    );
    await chmod(file, 0o644);
    const ran = await meterhouse(['apply', '-f', file], environment);
    assert.equal(ran.status, 6);
    assert.match(ran.stderr, /value is taken by the provisioning file alone/);
    assert.match(ran.stderr, /password is a secret in a file that others can read/);
    assert.ok(!ran.stderr.includes('correct horse'));
  });

  test('the value of a token goes into the file that it names, which must not be there', async () => {
    const to = join(place.root, 'taken');
    await writeFile(to, '');
    const declared = acme({ apiTokens: [{ name: 'own file', role: 'reader', to }] });
    assert.match((await apply(declared, ['--yes'], { status: 6 })).stderr, /there is a file .*taken already/);
    const free = join(place.root, 'free');
    await apply(acme({ apiTokens: [{ name: 'own file', role: 'reader', to: free }] }), ['--yes']);
    assert.equal((await stat(free)).mode & 0o777, 0o600);
    const plan = await planned(acme({ apiTokens: [{ name: 'own file', role: 'reader', to: `${free}-2` }] }));
    assert.match(plan.warnings.join(), /its value is not in/);
  });

  test('an operator declares several organisations and makes those that are missing; quotas are changed', async () => {
    const declared = {
      organisations: [
        {
          name: 'Børealis Ω',
          partnerId: 'P-7',
          quotas: { meters: 7 },
          contracts: [{ number: 'B-1', ...terms }],
        },
        { name: 'Acme Cloud', partnerId: 'P-1002' },
      ],
    };
    await apply(declared, ['--yes'], { as: operator });
    assert.deepEqual(steps(await planned(declared, [], operator)), []);
    const exported = parse(await succeed(['export'], operator)) as {
      organisations: { name: string; partnerId?: string; quotas?: object }[];
    };
    assert.deepEqual(
      exported.organisations.map(({ name, partnerId, quotas }) => ({ name, partnerId, quotas })),
      [
        { name: 'Acme Cloud', partnerId: 'P-1002', quotas: undefined },
        { name: 'Børealis Ω', partnerId: 'P-7', quotas: { meters: 7 } },
        { name: 'Operators', partnerId: undefined, quotas: undefined },
      ],
    );
    const one = parse(await succeed(['export', '--organisation', 'Acme Cloud'], operator)) as typeof exported;
    assert.deepEqual(
      one.organisations.map(({ name }) => name),
      ['Acme Cloud'],
    );
    const elsewhere = await apply(declared, ['--organisation', 'Acme Cloud'], { as: operator, status: 6 });
    assert.match(elsewhere.stderr, /organisations\/0\/name is not Acme Cloud/);

    const changed = ['quotas', 'change', '--organisation', 'Acme Cloud', '--meters', '2000'];
    assert.match(await succeed(changed, operator), /meters +\d+ +2,?000/);
    assert.match(
      await succeed([...changed.slice(0, -2), '--uploads-per-day', '5'], operator),
      /meters +\d+ +2,?000/,
    );
    assert.equal((await meterhouse(['quotas', 'change', '--meters', '1'], environment)).status, 4);
  });

  test('an export says nothing that is not so: applied again it changes nothing, whatever things are called', async () => {
    const names = [
      `"quoted" 'twice'`,
      '=1+1',
      '-dash',
      '# no comment',
      'a: b',
      '{x}',
      '[y]',
      '*star',
      '&and',
      '!tag',
      '%p',
      '@at',
      '`tick`',
      'null',
      '~',
      'yes',
      '0x1F',
      '1e3',
      '2023-01-01',
      ' 	'.trim() || 'blank',
      'Ω≈ç√ 東京 🏭',
      'é',
      '\u200b',
      'back\\slash',
      '| pipe',
      '> fold',
      'ends:',
      'x'.repeat(150),
      ' leading and trailing ',
      '--- doc',
      '<<',
    ];
    const declared = {
      organisations: [
        {
          name: `Wild "=cards": {#}`,
          contracts: ['1e3', '007', 'null', '-', '...', 'true'].map((number) => ({
            number,
            ...terms,
            family: '=HYPERLINK("x")',
            minimumCommit: { quantity: '0.10', unit: '- points' },
            sites: names.map((name) => ({ name, address: name, postCode: name.slice(0, 32) })),
          })),
          customers: names
            .filter((name) => name !== '-' && name === name.trim())
            .map((name, index) => ({
              name,
              number: name.slice(0, 64),
              rules: [
                {
                  productType: 'vCenter',
                  productId: VCENTER,
                  targetType: 'Folder',
                  targetId: `${index} ${name}`.slice(0, 255),
                },
              ],
            })),
          meters: [
            {
              agentId: AGENT,
              label: names.join(' ').slice(0, 400),
              contractNumber: 'null',
              siteName: names[0]!,
            },
          ],
          apiTokens: names.slice(0, 3).map((name) => ({ name, role: 'reader' })),
        },
      ],
    };
    await apply(declared, ['--yes', '--secrets-dir', join(place.root, 'wild')], { as: operator });
    assert.deepEqual(steps(await planned(declared, ['--prune'], operator)), []);
    const exported = await succeed(['export'], operator);
    assert.equal(await succeed(['export'], operator), exported);
    const plan = await planned(exported, ['--prune'], operator);
    assert.deepEqual([steps(plan), plan.unchanged > 200], [[], true]);
    const own = await succeed(['export']);
    assert.deepEqual(steps(await planned(own, ['--prune'])), []);
    for (const secret of [place.token, operator.METERHOUSE_TOKEN!]) assert.ok(!exported.includes(secret));
  });

  test('the examples in their help run as they stand', async () => {
    const bin = join(place.root, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'meterhouse'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, {
      mode: 0o755,
    });
    const linesOf = async (command: string) =>
      [...(await succeed([command, '--help'])).matchAll(/^ {2}\$ (meterhouse .+)$/gm)].map(
        ([, line]) => line!,
      );
    const lines = [...(await linesOf('export')), ...(await linesOf('apply'))];
    assert.ok(lines.length >= 7, lines.join('\n'));
    for (const line of lines)
      execFileSync('bash', ['-o', 'pipefail', '-c', line], {
        cwd: bin,
        env: { ...environment, PATH: `${bin}:${process.env.PATH}` },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
  });
});
