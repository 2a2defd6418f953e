import * as s from './lessons/19-support-vector-machine/support-vector-machine.reference.ts';
import { array } from '#arrays'; import { seededRandom } from '#datasets/random'; import { moons } from '#datasets/moons'; import {map,filled} from '#arrays';
// separable: margin by hand
const x=array([[1,1],[2,3],[4,2],[-1,0],[0,-2],[-3,-1],[3,4]]); const t=array([1,1,1,-1,-1,-1,1]);
for (const seed of [1,2,3]) { const m=s.trainKernelMachine(t,s.linearKernel(x,x),{C:10,tolerance:1e-6,maxSweeps:1000},seededRandom(seed)); console.log([...m.alpha.data],m.b); }
const p=moons(seededRandom(1),{samplesPerClass:40}); const tt=filled([80],(n)=>2*p.labels.get(n!)-1);
const K=s.gaussianKernel(p.x,p.x,2); let c0=process.cpuUsage(); const m=s.trainKernelMachine(tt,K,{C:1,tolerance:1e-3,maxSweeps:200},seededRandom(1)); const c=process.cpuUsage(c0); console.log('cpu',(c.user+c.system)/1000,[...m.alpha.data].filter(a=>a>0).length,m.b);
