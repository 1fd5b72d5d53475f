/** What a setting of privacy can speak of, one by one. */
export type PrivateAttribute = 'vm' | 'host' | 'cluster' | 'customer' | 'license';

/**
 * What records carry in place of plain names and keys. An hour is written under one setting from end to end: were a host
 * hashed in one half of an hour and plain in the other, its cores would count twice.
 */
export interface Privacy {
  /**
   * What stands in the records of an hour for a name that is not empty. Equal names give equal texts.
   * @param hour the hour's start, Unix seconds
   */
  text(attribute: PrivateAttribute, plain: string, hour: number): string;
}

/** Names and keys as they are. */
export const PLAIN: Privacy = Object.freeze({ text: (_: PrivateAttribute, plain: string) => plain });
