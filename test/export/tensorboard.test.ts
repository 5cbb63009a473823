/** TensorBoard event files, read back by the published record and message formats. */
import { describe, expect, test } from "vitest";
import { masked, toEventFile } from "../../compiler/export/tensorboard.js";

/** Fields of a protocol buffer message: number, and what the wire holds. */
function fields(bytes: Uint8Array): [number, bigint | number | Uint8Array][] {
  const found: [number, bigint | number | Uint8Array][] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = key >> 3;
    if ((key & 7) === 0) found.push([field, varint()]);
    else if ((key & 7) === 1) found.push([field, view.getFloat64((at += 8) - 8, true)]);
    else if ((key & 7) === 5) found.push([field, view.getFloat32((at += 4) - 4, true)]);
    else {
      const length = Number(varint());
      found.push([field, bytes.subarray(at, (at += length))]);
    }
  }
  return found;
}

/** Records, with both checksums verified. */
function records(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset);
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);

describe("event files", () => {
  test("a version, then one event per epoch with its scalars", () => {
    const file = toEventFile([
      { step: 1, seconds: 0.5, values: { "train/loss": 1.25, "validation/accuracy": 0.5 } },
      { step: 300, seconds: 2, values: { "train/loss": 1.5e-3 } },
    ]);
    const [head, first, second, ...rest] = records(file);
    expect(rest).toEqual([]);
    expect(
      fields(head!).map(([field, value]) => [field, field === 3 ? text(value) : value]),
    ).toEqual([
      [1, 0],
      [3, "brain.Event:2"],
    ]);
    const scalars = (record: Uint8Array) =>
      fields(fields(record).find(([field]) => field === 5)![1] as Uint8Array).map(([, value]) => {
        const [[, tag], [, number]] = fields(value as Uint8Array) as [
          [number, Uint8Array],
          [number, number],
        ];
        return [text(tag), number];
      });
    expect(fields(first!).slice(0, 2)).toEqual([
      [1, 0.5],
      [2, 1n],
    ]);
    expect(scalars(first!)).toEqual([
      ["train/loss", 1.25],
      ["validation/accuracy", 0.5],
    ]);
    expect(fields(second!).slice(0, 2)).toEqual([
      [1, 2],
      [2, 300n],
    ]);
    expect(scalars(second!)).toEqual([["train/loss", Math.fround(1.5e-3)]]);
  });
  test("the checksum is CRC-32C, masked", () => {
    // RFC 3720, B.4: CRC-32C of 32 bytes of zeros is 0x8a9136aa.
    const crc = 0x8a9136aa;
    const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
    expect(masked(new Uint8Array(32))).toBe((rotated + 0xa282ead8) >>> 0);
  });
});
