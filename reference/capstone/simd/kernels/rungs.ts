export { adam } from './adam';
