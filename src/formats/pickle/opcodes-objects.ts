import { badFile } from '../errors.js';
import { build, construct } from './construct.js';
import { isArrayWrapper, readInlineArray } from './joblib.js';
import type { OpcodeGroup, PickleMachine } from './machine.js';
import { PyDict, PyGlobal, PyObject, type PyValue, typeName } from './values.js';

function global(machine: PickleMachine): PyGlobal {
  const module = machine.reader.line('a module name');
  return machine.findGlobal(module, machine.reader.line('a class name'));
}

function stackGlobal(machine: PickleMachine): PyGlobal {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw badFile(`names of a module and a class must be str, got ${typeName(module)} and ${typeName(name)}`);
  }
  return machine.findGlobal(module, name);
}

function popGlobal(machine: PickleMachine, what: string): PyGlobal {
  const value = machine.pop();
  if (!(value instanceof PyGlobal)) throw badFile(`${what} ${typeName(value)}, which is no class or function`);
  return value;
}

function reduce(machine: PickleMachine): void {
  const args = machine.popTuple('the arguments of a call');
  const made = construct(popGlobal(machine, 'calls'), args.items);
  if (made instanceof Uint8Array) machine.pushCopy(made);
  else machine.pushObject(made);
}

function newObject(machine: PickleMachine): void {
  const args = machine.popTuple('the arguments of an object');
  machine.pushObject(new PyObject(popGlobal(machine, 'makes an object of'), args.items));
}

/** As newObject; keyword arguments become the last of `args`. */
function newObjectWithKeywords(machine: PickleMachine): void {
  const keywords = machine.pop();
  if (!(keywords instanceof PyDict)) throw badFile(`keyword arguments must be a dict, got ${typeName(keywords)}`);
  const args = machine.popTuple('the arguments of an object');
  const all: readonly PyValue[] = keywords.size === 0 ? args.items : [...args.items, keywords];
  machine.pushObject(new PyObject(popGlobal(machine, 'makes an object of'), all));
}

function setState(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  build(target, state);
  if (isArrayWrapper(target) && !machine.nested) machine.replaceTop(readInlineArray(target, machine));
}

/** INST and OBJ call what they name without a REDUCE; only Python 1 wrote them. The name is looked at for the message. */
function oldInstance(machine: PickleMachine): never {
  throw badFile(`the old way to make ${global(machine).text} is not allowed in a model file`);
}

/** Classes and functions by name, objects made of them, and their state. */
export const objectOpcodes: OpcodeGroup = [
  [0x63, 'GLOBAL', m => m.push(global(m))],
  [0x93, 'STACK_GLOBAL', m => m.push(stackGlobal(m))],
  [0x52, 'REDUCE', reduce],
  [0x81, 'NEWOBJ', newObject],
  [0x92, 'NEWOBJ_EX', newObjectWithKeywords],
  [0x62, 'BUILD', setState],
  [0x69, 'INST', oldInstance],
  [
    0x6f,
    'OBJ',
    () => {
      throw badFile('the old way to make an object is not allowed in a model file');
    },
  ],
];
