import type { FastifyInstance } from 'fastify';
import type { MeterControl } from './control.ts';

export function agentInfoRoutes(app: FastifyInstance, control: MeterControl): void {
  app.get('/api/v1/agent_info', async () => {
    const { agent, version } = await control.status();
    const [major = 0, minor = 0, patch = 0, hotfix = 0] = version
      .split('.')
      .map((part) => Number.parseInt(part, 10) || 0);
    return {
      uuid: agent,
      major_version: major,
      minor_version: minor,
      patch_version: patch,
      hotfix_version: hotfix,
      build_number: 0,
    };
  });
}
