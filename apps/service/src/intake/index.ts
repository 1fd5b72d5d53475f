export { createIntake, type Intake, type IntakeConfig, type IntakeOptions } from './intake.ts';
