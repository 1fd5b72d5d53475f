import { NO_CUSTOMER } from '@meterhouse/contract';

/** SQL text of what a Customer column shows. */
export const labelSql = `if(customer = '', '${NO_CUSTOMER}', toString(customer))`;
