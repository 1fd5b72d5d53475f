/** What stands above the operations of the OpenAPI document. */
export function openapiInfo(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meterhouse',
      version,
      summary: 'Usage metering for cloud providers',
      description: `Signed packages of measured hours come in, monthly reports go out.

**Authenticate** with an API token: exchange it at the token gateway for an access token of 30 minutes, and send that as \`Authorization: Bearer …\` (or in the header \`csp-auth-token\`). A meter signs in with its own key at \`/oauth2/token\`.

**Refusals** are \`application/problem+json\` (RFC 9457). Compare \`code\`; \`type\` opens a page that says what to do; \`errors\` names every fault at once. The token gateway and the token endpoint keep their published shapes. Every answer carries \`X-Request-Id\`, which finds the request in the service's log.

**Times** are RFC 3339 in UTC; months are \`2023-01\`; amounts are decimal texts, never floats. Bodies are never coerced: \`"5"\` is not 5.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The service that this document comes from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http' as const,
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token, from the token gateway or, for a meter, from the token endpoint.',
        },
        cspAuthToken: {
          type: 'apiKey' as const,
          in: 'header' as const,
          name: 'csp-auth-token',
          description: 'The same access token, as older scripts send it.',
        },
      },
    },
  };
}

/** In the order in which a reader needs them. A tag that no route uses is left out. */
const tags: Readonly<Record<string, string>> = {
  tokens: 'API tokens become access tokens; meters sign in with their keys; the public keys of both.',
  registration: 'Is a meter registered, and under which contract and site? Register it, change it.',
  activation: "Bind a meter's signing key to its registration.",
  uploads: 'Signed packages of measured hours in; what became of each hour; what is covered.',
  reports: "List a month's reports, download one by its reference.",
  organisations: 'The providers that this service works for.',
  people: 'Who may sign in, and in which role.',
  'api-tokens': 'Long-lived tokens for scripts, shown once.',
  contracts: 'What usage is billed under, and its sites.',
  sites: 'Places of a contract.',
  customers: "The provider's own customers.",
  meters: 'Usage meters: list, change, delete, bring back; their keys.',
  months: 'The months of an organisation and their state.',
  quotas: 'How much an organisation may use, and how much it has.',
  audit: 'Who changed what, when; a chain of digests.',
  'signing-keys': 'The keys that the service signs with, and their rotation.',
  notifications: 'What the service tells people of an organisation.',
  backups: 'Backups of a running service.',
  operation: 'Health, metrics, and deriving everything again from the archive.',
  documentation: 'This description, and pages that explain.',
};
