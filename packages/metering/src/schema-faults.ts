/** What a schema finds wrong with a value, every fault with its pointer, in words a person can act on. */
import type { Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';

export interface SchemaFault {
  /** RFC 6901. */
  readonly pointer: string;
  readonly code: 'missing-field' | 'unknown-field' | 'wrong-type' | 'out-of-range' | 'bad-value';
  readonly message: string;
}

/** Beyond this a document is not faulty here and there but something else. */
const MOST = 1000;

/** Every fault of `value`; empty when the schema accepts it. */
export function schemaFaults(
  validator: Pick<Validator, 'Check' | 'Errors'>,
  value: unknown,
): readonly SchemaFault[] {
  if (validator.Check(value)) return [];
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST });
  try {
    return validator.Errors(value).flatMap(translate);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function translate(error: TLocalizedValidationError): readonly SchemaFault[] {
  const at = error.instancePath;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        pointer: `${at}/${pointerPart(name)}`,
        code: 'missing-field',
        message: `${name} is missing`,
      }));
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        pointer: `${at}/${pointerPart(name)}`,
        code: 'unknown-field',
        message: `${JSON.stringify(name)} is not a field here`,
      }));
    // Said better by additionalProperties, and by the branches of anyOf.
    case 'boolean':
    case 'anyOf':
      return [];
    case 'type':
      return [{ pointer: at, code: 'wrong-type', message: error.message }];
    case 'enum':
      return [
        {
          pointer: at,
          code: 'bad-value',
          message: `must be one of ${error.params.allowedValues.join(', ')}`,
        },
      ];
    case 'const':
      return [
        { pointer: at, code: 'bad-value', message: `must be ${JSON.stringify(error.params.allowedValue)}` },
      ];
    case 'pattern':
    case 'uniqueItems':
    case 'format':
      return [{ pointer: at, code: 'bad-value', message: error.message }];
    default:
      return [{ pointer: at, code: 'out-of-range', message: error.message }];
  }
}

/** A name as a part of a pointer. */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
