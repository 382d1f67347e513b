import { badFile } from '../errors.js';
import type { OpcodeGroup, PickleMachine } from './machine.js';
import { PyDict, PyObject, PySet, PyTuple, type PyValue, typeName } from './values.js';

function tupleOf(machine: PickleMachine, count: number): void {
  const items: PyValue[] = new Array(count);
  for (let i = count - 1; i >= 0; i--) items[i] = machine.pop();
  machine.pushObject(new PyTuple(items));
}

/** A dict of the values from `start` on, which come as key, value, key, value. */
function setItems(dict: PyDict, values: readonly PyValue[], start: number): void {
  if ((values.length - start) % 2 !== 0) throw badFile('a dict needs a value for every key');
  for (let i = start; i < values.length; i += 2) dict.set(values[i], values[i + 1]);
}

function dictFromMark(machine: PickleMachine): PyDict {
  const dict = new PyDict();
  setItems(dict, machine.popToMark(), 0);
  return dict;
}

/** The dict that entries go into: a dict itself, or the entries of an object whose class is a dict. */
function asDict(target: PyValue): PyDict {
  if (target instanceof PyDict) return target;
  if (target instanceof PyObject) return (target.items ??= new PyDict());
  throw badFile(`sets items of ${typeName(target)}`);
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  const key = machine.pop();
  asDict(machine.top()).set(key, value);
}

function setMarkedItems(machine: PickleMachine): void {
  const mark = machine.popMark();
  const { stack } = machine;
  const start = mark - 1;
  if (start < 0) throw badFile('sets items of nothing');
  setItems(asDict(stack[start]), stack, mark);
  stack.length = mark;
}

function append(machine: PickleMachine): void {
  const value = machine.pop();
  const list = machine.top();
  if (!Array.isArray(list)) throw badFile(`appends to ${typeName(list)}`);
  list.push(value);
}

function appendMarked(machine: PickleMachine): void {
  const mark = machine.popMark();
  const { stack } = machine;
  const list = stack[mark - 1];
  if (!Array.isArray(list)) throw badFile(`appends to ${list === undefined ? 'nothing' : typeName(list)}`);
  for (let i = mark; i < stack.length; i++) list.push(stack[i]);
  stack.length = mark;
}

function addMarked(machine: PickleMachine): void {
  const items = machine.popToMark();
  const set = machine.top();
  if (!(set instanceof PySet)) throw badFile(`adds to ${typeName(set)}`);
  for (const item of items) set.items.push(item);
}

/** Tuples, lists, dicts and sets. */
export const containerOpcodes: OpcodeGroup = [
  [0x29, 'EMPTY_TUPLE', m => m.pushObject(new PyTuple([]))],
  [0x85, 'TUPLE1', m => tupleOf(m, 1)],
  [0x86, 'TUPLE2', m => tupleOf(m, 2)],
  [0x87, 'TUPLE3', m => tupleOf(m, 3)],
  [0x74, 'TUPLE', m => m.pushObject(new PyTuple(m.popToMark()))],
  [0x5d, 'EMPTY_LIST', m => m.pushObject([])],
  [0x6c, 'LIST', m => m.pushObject(m.popToMark())],
  [0x61, 'APPEND', append],
  [0x65, 'APPENDS', appendMarked],
  [0x7d, 'EMPTY_DICT', m => m.pushObject(new PyDict())],
  [0x64, 'DICT', m => m.pushObject(dictFromMark(m))],
  [0x73, 'SETITEM', setItem],
  [0x75, 'SETITEMS', setMarkedItems],
  [0x8f, 'EMPTY_SET', m => m.pushObject(new PySet([], false))],
  [0x91, 'FROZENSET', m => m.pushObject(new PySet(m.popToMark(), true))],
  [0x90, 'ADDITEMS', addMarked],
];
