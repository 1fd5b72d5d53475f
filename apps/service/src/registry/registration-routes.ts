import {
  AgentPath,
  Problem,
  type ProblemFault,
  Registration,
  RegistrationProgress,
  RegistrationRequest,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Database } from '../platform/database/types.ts';
import { faultsOf, type Routes } from '../platform/http/index.ts';
import { latestAssignment } from './assignments.ts';
import { findMeter } from './meter.ts';
import type { RegisterAgent } from './register-agent.ts';
import { unknownMeter } from './unknown-meter.ts';

const own = '/api/v1/agent-registrations';
const published = `/usage${own}`;
const tags = ['registration'];
const NoBody = (description: string, headers: Record<string, object> = {}) =>
  Type.Unsafe<undefined>(Type.Null({ description, headers }));

/** Registrations (2-wire-api, B). The Location of a 202 was published without `/usage`, so both prefixes resolve. */
export function registrationRoutes({
  database,
  registerAgent,
}: {
  database: Database;
  registerAgent: RegisterAgent;
}): Routes {
  return (app) => {
    app.get(
      `${published}/:agentId`,
      {
        config: { access: 'reader', alsoAt: [`${own}/:agentId`] },
        schema: {
          operationId: 'getRegistration',
          summary: 'Is this meter registered, and under what?',
          tags,
          params: AgentPath,
          response: {
            200: Registration,
            202: NoBody('The registration is running; the header says at which step.', {
              'Agent-Registration-Progress': RegistrationProgress,
            }),
            204: NoBody('Registered without a contract: a trial.'),
          },
        },
      },
      async (request, reply) => {
        const meter = await findMeter(database, request.caller.organisationId, request.params.agentId);
        if (meter === undefined || meter.deletedAt !== undefined) throw unknownMeter();
        if (meter.state === 'running')
          return reply.code(202).header('Agent-Registration-Progress', meter.progress).send(undefined);
        const { contractNumber, siteName } = (await latestAssignment(database, meter.id))!;
        if (contractNumber === undefined) return reply.code(204).send(undefined);
        return { contractNumber, ...(siteName === undefined ? {} : { siteName }) };
      },
    );

    app.post(
      published,
      {
        config: {
          refuses: ['contract-in-use', 'meter-deleted', 'mode-change-refused', 'quota-exceeded'],
          access: 'reporter',
          alsoAt: [own],
        },
        attachValidation: true,
        schema: {
          operationId: 'registerMeter',
          summary: 'Register a meter, or change its registration',
          description:
            'Later, a field that is left out means unchanged; `version` is ignored then. Fields that are not known are ignored.',
          tags,
          body: RegistrationRequest,
          response: {
            201: NoBody('Registered already, and as asked for: nothing to do.'),
            202: NoBody('Accepted and started.', {
              Location: Type.String({ description: 'Where to ask how far it is.' }),
            }),
          },
        },
      },
      async (request, reply) => {
        const faults = request.validationError === undefined ? [] : faultsOf(request);
        const outcome = await registerAgent(request.caller, {
          fields: soundFields(request.body, faults),
          faults,
          requestId: request.id,
        });
        if (outcome === 'nothing-to-do') return reply.code(201).send(undefined);
        return reply
          .code(202)
          .header('location', `${own}/${request.body.agentId.toLowerCase()}`)
          .send(undefined);
      },
    );
  };
}

/** What of the body can be looked up although other parts of it are wrong, so that all faults are told at once. */
function soundFields(body: unknown, faults: readonly ProblemFault[]): Partial<RegistrationRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('invalid-request', { errors: faults });
  const faulty = new Set(faults.map(({ pointer }) => pointer));
  // A site is looked for in its contract: of a contract that cannot be read nothing more is said.
  if (faulty.has('/contractNumber')) faulty.add('/siteName');
  const names = Object.keys(RegistrationRequest.properties);
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => names.includes(name) && !faulty.has(`/${name}`)),
  );
}
