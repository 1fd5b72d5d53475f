/** What a collection remembers, filled in wherever a call's path or query asks for it, and where it comes from. */
export const remembered: readonly { readonly key: string; readonly example: string }[] = [
  { key: 'agentId', example: '88531d1c-296e-4b47-8431-c0e8182148e7' },
  { key: 'number', example: '1012345' },
  { key: 'ref', example: '' },
];

const keepFirst = (key: string) => [
  'if (pm.response.code === 200) {',
  '  const [first] = pm.response.json().items;',
  `  if (first !== undefined) pm.collectionVariables.set('${key}', first.${key});`,
  '}',
];

/** Scripts that run on an answer, by the operation: each keeps what the calls that come next ask for. */
export const keepAnswers: Readonly<Record<string, readonly string[]>> = {
  exchangeApiToken: [
    "pm.test('the API token is exchanged', () => pm.response.to.have.status(200));",
    "if (pm.response.code === 200) pm.collectionVariables.set('accessToken', pm.response.json().access_token);",
  ],
  registerMeter: [
    "if (pm.response.code < 300) pm.collectionVariables.set('agentId', pm.response.json().agentId);",
  ],
  listMeters: keepFirst('agentId'),
  listContracts: keepFirst('number'),
  listMonthReports: [
    'if (pm.response.code === 200) {',
    '  const [first] = Object.values(pm.response.json()).flat();',
    "  if (first !== undefined) pm.collectionVariables.set('ref', first.ref);",
    '}',
  ],
  listMeterReports: [
    'if (pm.response.code === 200) {',
    '  const [first] = pm.response.json();',
    "  if (first !== undefined) pm.collectionVariables.set('ref', first.ref);",
    '}',
  ],
};
