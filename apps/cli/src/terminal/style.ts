import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Styles for standard output: plain when no terminal reads it, or with NO_COLOR. */
const styled = (format: Format) => (text: string) => styleText(format, text, { stream: process.stdout });

export const bold = styled('bold');
export const dim = styled('dim');
export const red = styled('red');
export const green = styled('green');
export const yellow = styled('yellow');
export const cyan = styled('cyan');
export const heading = styled(['bold', 'cyan']);

/** The same for standard error. */
export const redError = (text: string) => styleText(['bold', 'red'], text, { stream: process.stderr });
export const dimError = (text: string) => styleText('dim', text, { stream: process.stderr });
