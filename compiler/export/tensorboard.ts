/**
 * Scalars as a TensorBoard event file: records of length, checksum, message (tensorflow/core/lib/io/record_writer.h,
 * tensorflow/core/util/event.proto).
 */
import { Message } from "./protobuf.js";

export interface ScalarEvent {
  readonly step: number;
  /** Seconds since the run began: an event file that depends on nothing but the run. */
  readonly seconds: number;
  readonly values: Readonly<Record<string, number>>;
}

/** The bytes of an event file. */
export function toEventFile(events: readonly ScalarEvent[]): Uint8Array {
  const messages = [
    new Message().double(1, 0).text(3, "brain.Event:2"),
    ...events.map(({ step, seconds, values }) => {
      const summary = new Message();
      for (const [tag, value] of Object.entries(values)) {
        summary.message(1, new Message().text(1, tag).float(2, value));
      }
      return new Message().double(1, seconds).int(2, step).message(5, summary);
    }),
  ];
  const records = messages.map((message) => record(message.finish()));
  const whole = new Uint8Array(records.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of records) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/** CRC-32C (Castagnoli), rotated and shifted as record files want it. */
export function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
