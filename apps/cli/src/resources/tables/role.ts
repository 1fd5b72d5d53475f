/** From least to most. Nobody gives a role higher than their own. */
export const ROLES = ['reader', 'reporter', 'administrator', 'operator'] as const;
