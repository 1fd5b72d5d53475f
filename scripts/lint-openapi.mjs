// Lints docs/openapi.json with a linter that is not ours (Redocly's): the rules of OpenAPI 3.1 itself, and those below. Prints
// each fault with its place; ends with status 1 then.
import { join } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';
import { projectRoot } from './node-24.mjs';

const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // Everything that a reader needs is there: words for each operation, tag and parameter, and examples that fit.
    'operation-description': 'off',
    'operation-summary': 'error',
    'operation-operationId': 'error',
    'operation-operationId-unique': 'error',
    'operation-operationId-url-safe': 'error',
    'operation-tag-defined': 'error',
    'tag-description': 'error',
    'no-invalid-media-type-examples': 'error',
    'no-invalid-schema-examples': 'error',
    'no-unused-components': 'error',
    // Who calls whom is settled: a path relative to the service, whose licence has an SPDX name.
    'no-server-example.com': 'error',
    'info-license': 'error',
    'info-license-strict': 'error',
    'security-defined': 'error',
    // /healthz and the pages refuse nobody; what each operation may answer is held to by the tests.
    'operation-4xx-response': 'off',
    'no-ambiguous-paths': 'error',
  },
});
const faults = await lint({ ref: join(projectRoot, 'docs', 'openapi.json'), config });
for (const { ruleId, message, location } of faults)
  console.log(`${location[0]?.pointer ?? ''}: ${message} (${ruleId})`);
console.log(faults.length === 0 ? 'docs/openapi.json has no fault' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
