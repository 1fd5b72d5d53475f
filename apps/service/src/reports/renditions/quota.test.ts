import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RENDITIONS, type RenditionForm } from '@meterhouse/contract';
import { withStage } from './testing-stage.ts';

const as = (form: RenditionForm) => ({ accept: RENDITIONS[form].mediaType });

it('a rendering beyond the quota is refused; what was rendered before, and the report itself, are sent all the same', () =>
  withStage(
    async (stage) => {
      const { ref } = await stage.issue('MONTHLY_USAGE', [
        ['Memory', 'GB', '28.269', 'FLEX-VRAM', '28.269', '1012345', 'Site A', '3.500'],
      ]);
      assert.equal((await stage.get(ref, as('csv'))).statusCode, 200);
      const refused = await stage.get(ref, as('json'));
      assert.equal(refused.statusCode, 429, refused.body);
      assert.deepEqual([refused.json().quota, refused.json().used], ['renderingsPerHour', 1]);
      assert.equal(refused.headers['retry-after'], '3600');
      assert.equal((await stage.get(ref, as('csv'))).statusCode, 200);
      assert.equal((await stage.get(ref)).statusCode, 200);
      assert.deepEqual(stage.rendered, ['csv']);
    },
    { renderingsPerHour: 1 },
  ));
