export { activateMeter, finishActivation, prepareActivation } from './activation.ts';
