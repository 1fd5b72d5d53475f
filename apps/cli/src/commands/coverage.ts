import { Command } from 'commander';
import { examples, optionsOf } from './globals.ts';
import { agentValue, monthValue } from './values.ts';

export function coverageCommand(): Command {
  return new Command('coverage')
    .description('which hours of a month a meter has covered, as a calendar')
    .argument('<agent>', "the meter's UUID", agentValue)
    .requiredOption('--month <month>', 'such as 2023-01', monthValue)
    .addHelpText('after', examples('coverage 88531d1c-296e-4b47-8431-c0e8182148e7 --month 2023-01'))
    .action(async (agent: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ month: string }>(command);
      const { json, month } = options;
      const { connect } = await import('../http/connect.ts');
      const { coverageOf, gapsOf } = await import('../journey/find-gaps.ts');
      const { print, printJson } = await import('../terminal/output.ts');
      const coverage = await coverageOf(await connect(options), agent, month);
      if (json) return printJson(coverage);
      const { calendarLegend, drawCalendar } = await import('../terminal/coverage-calendar.ts');
      const { tellGaps } = await import('../terminal/gap-lines.ts');
      const { dim, heading } = await import('../terminal/style.ts');
      const { plain } = await import('../terminal/plain.ts');
      if (coverage.products.length === 0) return print(dim(`  The meter has sent no hour of ${month}.`));
      for (const product of coverage.products) {
        print(heading(plain(`${product.type} ${product.version} ${product.product}`)));
        for (const line of drawCalendar(product.hours)) print(line);
        print();
      }
      print(calendarLegend());
      print();
      for (const line of tellGaps(gapsOf(coverage))) print(line);
    });
}
