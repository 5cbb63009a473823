/**
 * Writes small HDF5 files: groups, strings and arrays, uncompressed, with nothing in them that changes
 * from one writing to the next (the HDF5 library stamps the time on every array).
 *
 * HDF5 File Format Specification 3.0: superblock version 2, object headers version 2 with the links of a
 * group in its header, contiguous data.
 */
export interface Hdf5Group {
  readonly [name: string]: Hdf5Group | Hdf5Array | string;
}
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | readonly string[];
}

const SUPERBLOCK = 48;
const UNDEFINED = 0xffffffffffffffffn;
const message = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  fill: 5,
  link: 6,
  layout: 8,
  groupInfo: 10,
};

/** The bytes of a file with this root group. */
export function writeHdf5(root: Hdf5Group): Uint8Array {
  return new Hdf5Writer().file(root);
}

class Hdf5Writer {
  private readonly parts: Uint8Array[] = [];
  private end = SUPERBLOCK;

  file(root: Hdf5Group): Uint8Array {
    const address = this.group(root);
    const head = new Fields()
      .bytes(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)
      .bytes(2, 8, 8, 0)
      .u64(0n)
      .u64(UNDEFINED)
      .u64(BigInt(this.end))
      .u64(address);
    return concat([head.checked(), ...this.parts]);
  }

  /** Appends bytes and gives their address. */
  private append(bytes: Uint8Array): bigint {
    const address = BigInt(this.end);
    this.parts.push(bytes);
    this.end += bytes.length;
    return address;
  }

  /** Children first: a link needs the address of its target. */
  private group(group: Hdf5Group): bigint {
    const links = Object.entries(group).map(([name, child]) => {
      const address = this.child(child);
      const text = utf8(name);
      // Flags 0x11: the character set (1, UTF-8) is given, the length of the name takes two bytes.
      const link = new Fields().bytes(1, 0x11, 1).u16(text.length).raw(text).u64(address);
      return [message.link, link] as const;
    });
    return this.header([
      [message.linkInfo, new Fields().bytes(0, 0).u64(UNDEFINED).u64(UNDEFINED)],
      [message.groupInfo, new Fields().bytes(0, 0)],
      ...links,
    ]);
  }

  private child(child: Hdf5Group | Hdf5Array | string): bigint {
    if (typeof child === "string") return this.dataset({ shape: [], data: [child] });
    return isArray(child) ? this.dataset(child) : this.group(child);
  }

  private dataset({ shape, data }: Hdf5Array): bigint {
    const { type, bytes } = encode(data);
    const space = new Fields().bytes(2, shape.length, 0, shape.length === 0 ? 0 : 1);
    for (const size of shape) space.u64(BigInt(size));
    const address = bytes.length === 0 ? UNDEFINED : this.append(bytes);
    return this.header([
      [message.dataspace, space],
      [message.datatype, type],
      [message.fill, new Fields().bytes(3, 0x0a)],
      [message.layout, new Fields().bytes(3, 1).u64(address).u64(BigInt(bytes.length))],
    ]);
  }

  private header(messages: readonly (readonly [type: number, body: Fields])[]): bigint {
    const body = new Fields();
    for (const [type, content] of messages) {
      const bytes = content.finish();
      body.bytes(type).u16(bytes.length).bytes(0).raw(bytes);
    }
    const bytes = body.finish();
    // Flags 2: the size of the messages takes four bytes; no times are stored.
    const whole = new Fields().raw(utf8("OHDR")).bytes(2, 2).u32(bytes.length).raw(bytes);
    return this.append(whole.checked());
  }
}

function isArray(child: Hdf5Group | Hdf5Array): child is Hdf5Array {
  return Array.isArray(child["shape"]);
}

/** The datatype message of an array, and its elements. */
function encode(data: Hdf5Array["data"]): { type: Fields; bytes: Uint8Array } {
  if (data instanceof Float32Array) {
    const type = new Fields().bytes(0x11, 0x20, 31, 0).u32(4).u16(0).u16(32);
    return { type: type.bytes(23, 8, 0, 23).u32(127), bytes: bytesOf(data) };
  }
  if (data instanceof Float64Array) {
    const type = new Fields().bytes(0x11, 0x20, 63, 0).u32(8).u16(0).u16(64);
    return { type: type.bytes(52, 11, 0, 52).u32(1023), bytes: bytesOf(data) };
  }
  if (data instanceof BigInt64Array) {
    const type = new Fields().bytes(0x10, 0x08, 0, 0).u32(8).u16(0).u16(64);
    return { type, bytes: bytesOf(data) };
  }
  const texts = data.map(utf8);
  const width = Math.max(1, ...texts.map((text) => text.length));
  const bytes = new Uint8Array(width * texts.length);
  texts.forEach((text, k) => bytes.set(text, k * width));
  return { type: new Fields().bytes(0x13, 0x11, 0, 0).u32(width), bytes };
}

function bytesOf(data: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.slice().buffer);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Little-endian fields, one after the other. */
class Fields {
  private readonly parts: Uint8Array[] = [];

  bytes(...values: readonly number[]): this {
    return this.raw(Uint8Array.from(values));
  }
  u16(value: number): this {
    return this.bytes(value & 255, value >> 8);
  }
  u32(value: number): this {
    return this.raw(new Uint8Array(Uint32Array.of(value).buffer));
  }
  u64(value: bigint): this {
    return this.raw(new Uint8Array(BigUint64Array.of(value).buffer));
  }
  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }
  finish(): Uint8Array {
    return concat(this.parts);
  }
  /** With the checksum behind. */
  checked(): Uint8Array {
    return this.u32(lookup3(this.finish())).finish();
  }
}

/** Checksum of HDF5's metadata: Bob Jenkins's lookup3, `hashlittle` from 0. */
function lookup3(bytes: Uint8Array): number {
  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
  const padded = new Uint8Array(Math.ceil(bytes.length / 12) * 12);
  padded.set(bytes);
  const words = new Uint32Array(padded.buffer);
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  for (let at = 0; at < words.length; at += 3) {
    a = (a + words[at]) | 0;
    b = (b + words[at + 1]) | 0;
    c = (c + words[at + 2]) | 0;
    if (at + 3 === words.length) break;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
  }
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
