/*
 * Messages and services as tables. One table serves three ends: codec.ts reads and writes messages by it, descriptors.ts makes
 * of it what reflection tells, and a test holds the .proto files against it.
 */

/** The value that TypeScript code sees for each scalar type. 64-bit integers are numbers where they are safe integers. */
export interface ScalarValue {
  bool: boolean;
  int32: number;
  uint32: number;
  int64: number | bigint;
  uint64: number | bigint;
  float: number;
  double: number;
  string: string;
  bytes: Uint8Array;
}
export type ScalarType = keyof ScalarValue;

/** An enumeration; its values are numbers in messages. */
export interface EnumType {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface MessageType<F extends Fields = Fields> {
  /** Within its package; a nested message has the name of its parent in front: `ModelInferRequest.InferInputTensor`. */
  readonly name: string;
  readonly fields: F;
  /** By number. */
  readonly fieldNames: ReadonlyMap<number, string>;
}

export type FieldType = ScalarType | EnumType | MessageType;

/** `map`: keys are texts. `choice`: one of a oneof. */
export type Label = 'one' | 'many' | 'map' | 'choice';

export interface Field<T extends FieldType = FieldType, L extends Label = Label> {
  readonly number: number;
  readonly type: T;
  readonly label: L;
  /** The name of the oneof of a choice. */
  readonly oneof?: string;
}
export type Fields = Readonly<Record<string, Field>>;

export interface Rpc<Q extends MessageType = MessageType, A extends MessageType = MessageType> {
  readonly request: Q;
  readonly response: A;
  /** Which side sends a stream of messages. */
  readonly stream?: 'response' | 'both';
}

export interface Service<M extends Readonly<Record<string, Rpc>> = Readonly<Record<string, Rpc>>> {
  /** Within its package. */
  readonly name: string;
  readonly methods: M;
}

/** One .proto file, which describes one service. */
export interface ProtoFile {
  /** As reflection calls it. */
  readonly path: string;
  readonly package: string;
  /** In the file's order, nested ones behind their parents. */
  readonly messages: readonly MessageType[];
  readonly enums: readonly EnumType[];
  readonly service: Service;
}

/** A message that was read: every field is there, absent ones with protobuf's defaults. */
export type Values<M extends MessageType> = { readonly [K in keyof M['fields']]: FieldValue<M['fields'][K]> };
type FieldValue<X> =
  X extends Field<infer T, infer L>
    ? L extends 'many'
      ? readonly ItemValue<T>[]
      : L extends 'map'
        ? ReadonlyMap<string, ItemValue<T>>
        : L extends 'choice'
          ? ItemValue<T> | undefined
          : T extends MessageType
            ? Values<T> | undefined
            : ItemValue<T>
    : never;
type ItemValue<T> = T extends ScalarType
  ? ScalarValue[T]
  : T extends MessageType
    ? Values<T>
    : T extends EnumType
      ? number
      : never;

/** A message to be written: what is left out has protobuf's default. */
export type Draft<M extends MessageType> = { readonly [K in keyof M['fields']]?: FieldDraft<M['fields'][K]> };
type FieldDraft<X> =
  X extends Field<infer T, infer L>
    ? L extends 'many'
      ? readonly ItemDraft<T>[]
      : L extends 'map'
        ? ReadonlyMap<string, ItemDraft<T>>
        : ItemDraft<T>
    : never;
type ItemDraft<T> = T extends ScalarType
  ? ScalarValue[T]
  : T extends MessageType
    ? Draft<T>
    : T extends EnumType
      ? number
      : never;

export function message<F extends Fields>(name: string, fields: F): MessageType<F> {
  const fieldNames = new Map(Object.entries(fields).map(([field, { number }]) => [number, field]));
  return { name, fields, fieldNames };
}

export function one<T extends FieldType>(number: number, type: T): Field<T, 'one'> {
  return { number, type, label: 'one' };
}

export function many<T extends FieldType>(number: number, type: T): Field<T, 'many'> {
  return { number, type, label: 'many' };
}

export function map<T extends FieldType>(number: number, type: T): Field<T, 'map'> {
  return { number, type, label: 'map' };
}

export function choice<T extends FieldType>(oneof: string, number: number, type: T): Field<T, 'choice'> {
  return { number, type, label: 'choice', oneof };
}

export function rpc<Q extends MessageType, A extends MessageType>(
  request: Q,
  response: A,
  stream?: Rpc['stream'],
): Rpc<Q, A> {
  return { request, response, stream };
}
