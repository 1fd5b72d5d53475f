import type { Described, DescribedMedia } from './described.ts';

/**
 * An example of what a schema describes, put together from the examples of its leaves: what the reference shows and what the
 * Postman collection sends. Undefined where no leaf has one; optional fields without one are left out.
 */
export function exampleOf(schema: Described | undefined): unknown {
  if (schema === undefined) return undefined;
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if ('example' in schema) return schema.example;
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choices = (schema.anyOf ?? schema.oneOf) as Described[] | undefined;
  if (choices !== undefined) return choices.map(exampleOf).find((example) => example !== undefined);
  if (schema.type === 'object') return exampleOfObject(schema);
  if (schema.type === 'array') {
    const item = exampleOf(schema.items as Described | undefined);
    return item === undefined ? [] : [item];
  }
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.type === 'null' ? null : undefined;
}

function exampleOfObject({ properties, patternProperties, required }: Described): unknown {
  const fields = Object.entries((properties ?? {}) as Readonly<Record<string, Described>>);
  const needed = (required ?? []) as readonly string[];
  const filled = fields.flatMap(([name, field]) => {
    const example = exampleOf(field);
    // An empty list tells nothing, so it is shown only where it must be there.
    const says = example !== undefined && !(Array.isArray(example) && example.length === 0);
    return says || (example !== undefined && needed.includes(name)) ? [[name, example]] : [];
  });
  if (fields.length > 0) return Object.fromEntries(filled);
  const [of] = Object.values((patternProperties ?? {}) as Readonly<Record<string, Described>>);
  const value = exampleOf(of);
  const key = (of?.['x-key'] as string | undefined) ?? 'name';
  return value === undefined ? {} : { [key]: value };
}

/** The same content with an example in each media type that has none and whose schema can give one. */
export function withExamples(
  content: Readonly<Record<string, DescribedMedia>>,
): Record<string, DescribedMedia> {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      if (media.example !== undefined || media.examples !== undefined) return [type, media];
      const example = exampleOf(media.schema);
      return [type, example === undefined ? media : { ...media, example }];
    }),
  );
}
