import { Command, InvalidArgumentError, Option } from 'commander';
import { changeMeter } from '../../../meter/change-meter.ts';
import { examples, optionsOf } from '../../globals.ts';
import { type MeterPlace, withMeter } from '../place.ts';

interface AddOptions extends MeterPlace {
  readonly customer: string;
  readonly product: string;
  readonly type: TargetType;
  readonly target: string;
  readonly id?: number;
}

const TARGET_TYPES = [
  'vCenter',
  'Datacenter',
  'ClusterComputeResource',
  'ResourcePool',
  'HostSystem',
  'Folder',
  'VCD',
  'vcd_organization',
] as const;
type TargetType = (typeof TARGET_TYPES)[number];

export function addCommand(): Command {
  const command = new Command('add')
    .description(
      `Adds a rule to meter.yaml, where comments and order stay: what lies under the target is this customer's, unless a rule
nearer to the machine says otherwise. It applies to readings from now on.`,
    )
    .requiredOption('--customer <name>', 'the label on his usage')
    .requiredOption('--product <name>', 'the product: its name in the settings, or its instance UUID')
    .addOption(new Option('--type <type>', 'what the target is').choices(TARGET_TYPES).makeOptionMandatory())
    .requiredOption(
      '--target <target>',
      'its id in the product, such as group-v1042, or its path from the top, such as /DC0/vm/Acme',
    )
    .option('--id <number>', 'number of the rule; otherwise the next', (text: string) => {
      if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a number from 1.');
      return Number(text);
    });
  return withMeter(command)
    .addHelpText(
      'after',
      examples(
        'meter rules add --customer Acme --product vc1 --type Folder --target /DC0/vm/Acme',
        "meter rules add --customer 'Everybody else' --product vc1 --type vCenter --target /",
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<AddOptions>(command);
      const { print, printJson } = await import('../../../terminal/output.ts');
      const { plain } = await import('../../../terminal/plain.ts');
      const { customer, product, type, target, id } = options;
      const rule = {
        name: customer,
        productId: product,
        targetType: type,
        targetId: target,
        ...(id !== undefined && { id }),
      };
      const { customers } = await changeMeter(options, [{ kind: 'add-rule', rule }]);
      const added = id === undefined ? customers.at(-1)! : customers.find((one) => one.id === id)!;
      if (options.json) return printJson(added);
      print(plain(`Rule ${added.id} is added. What it does: meterhouse meter rules audit`));
    });
}
