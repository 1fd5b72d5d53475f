import { makeFolder } from '@meterhouse/metering/make-folder';
import { coverageOf, gapsOf } from '../../journey/find-gaps.ts';
import { type FoundReport, findReports } from '../../journey/find-reports.ts';
import { readReport, saveReport } from '../../journey/read-report.ts';
import { settled } from '../../journey/settled.ts';
import { tellGaps } from '../../terminal/gap-lines.ts';
import { print, screenWidth } from '../../terminal/output.ts';
import { drawReport } from '../../terminal/report-table.ts';
import { bold, dim, green } from '../../terminal/style.ts';
import { tellCall } from '../call.ts';
import { AUTHORISED, type Journey } from '../journey.ts';

/** Rows of a report that are shown; the Monthly Usage Report is shown whole. */
const ROWS = 4;
/** Also where no terminal says how wide it is: the story is read by people. */
const WIDTH = 140;

/** Lists the month's reports, downloads, checks and shows them. */
export async function readReports({ narrator, place, client, month }: Journey): Promise<void> {
  const path = `/usage/api/v1/reports/${month.replace('-', '/')}`;
  narrator.step(
    "List the month's reports",
    'They are provisional while the month runs: renewed as usage comes.',
  );
  await settled(client);
  narrator.command(`curl -s "$SERVER${path}"`, AUTHORISED);
  await tellCall(narrator, client, path);

  narrator.step(
    'Download, check and show them',
    'A ref names fixed bytes; their MD5 stands in the listing and in the ETag.',
  );
  const reports = await findReports(client, { month });
  const monthly = reports.find(({ reportType }) => reportType === 'MONTHLY_USAGE');
  if (monthly !== undefined) {
    narrator.command(
      `curl -s "$SERVER/usage/api/v1/reports?ref=${encodeURIComponent(monthly.ref)}"`,
      `${AUTHORISED} -H 'Accept: ${monthly.contentType}' | gunzip`,
    );
  }
  await makeFolder(place.reports);
  for (const report of reports) await showReport(report);

  async function showReport(report: FoundReport): Promise<void> {
    const whole = report.reportType === 'MONTHLY_USAGE';
    const file = await saveReport(client, report, { folder: place.reports });
    print();
    print(`   ${bold(report.reportType)}  ${green('checksum fits')}  ${dim(file)}`);
    const content = await readReport(client, report);
    print(
      drawReport(content, {
        limit: whole ? Number.POSITIVE_INFINITY : ROWS,
        width: Math.min(screenWidth(), WIDTH),
      }),
    );
    if (report.reportType === 'HOURLY_USAGE' && content.rows.length === 0)
      print(
        dim(
          "  It lists core-hours, where the contract's rule set counts them: `cores` does, `flex` does not.",
        ),
      );
    if (!whole) return;
    for (const line of tellGaps(gapsOf(await coverageOf(client, report.agentId, month)))) print(line);
  }
}
