/** The wire format of protocol buffers, as far as ONNX and TensorBoard need it (https://protobuf.dev/programming-guides/encoding). */

/** Collects the fields of one message. */
export class Message {
  private readonly parts: Uint8Array[] = [];

  /** A whole number; negative ones take ten bytes. */
  int(field: number, value: number): this {
    return this.add(varint(field << 3), varint(value));
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.add(varint((field << 3) | 5), bytes);
  }

  /** A 64-bit float. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.add(varint((field << 3) | 1), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.add(varint((field << 3) | 2), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  private add(...parts: readonly Uint8Array[]): this {
    this.parts.push(...parts);
    return this;
  }
}

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
