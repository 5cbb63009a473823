/**
 * The part of the zip format that .npz files use: stored and deflated entries, with zip64 sizes.
 *
 * Entries are found through the central directory and unpacked only when asked for; every entry is
 * checked against its CRC-32, so a damaged archive never becomes wrong numbers.
 */
import { crc32, inflateRawSync } from "node:zlib";
import { zipSync } from "fflate";
import { dataError } from "./errors.js";

export interface ZipEntry {
  readonly name: string;
  /** Unpacks the entry; throws SgnnError R213 when it is damaged. */
  read(): Uint8Array;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;

/** Lists the entries of an archive; `label` is its name in errors. */
export function readZip(bytes: Uint8Array, label: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || (view.getUint32(0, true) & 0xffff) !== 0x4b50) {
    throw dataError(
      "R213",
      `${label} is not an .npz file`,
      "an .npz file is a zip archive and begins with the letters PK",
      'write it with numpy.savez or numpy.savez_compressed, or name its real format: file "..." as csv',
    );
  }
  const damaged = (what: string): Error =>
    dataError(
      "R213",
      `${label} is damaged or cut short: ${what}`,
      "the list of contents stands at the end of the archive and every entry has a checksum",
      "copy or download the file again",
    );
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endSignature) end--;
  if (end < 0) throw damaged("its end is missing");
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if ((count === 0xffff || at === 0xffffffff) && end >= 20) {
    const zip64 = Number(view.getBigUint64(end - 12, true));
    if (zip64 + 56 > bytes.length) throw damaged("its zip64 end is missing");
    count = Number(view.getBigUint64(zip64 + 32, true));
    at = Number(view.getBigUint64(zip64 + 48, true));
  }
  const entries: ZipEntry[] = [];
  for (let k = 0; k < count; k++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== entrySignature) {
      throw damaged("its list of contents is broken");
    }
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    let packed = view.getUint32(at + 20, true);
    let unpacked = view.getUint32(at + 24, true);
    let offset = view.getUint32(at + 42, true);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    for (let e = nameEnd; e + 4 <= extraEnd; e += 4 + view.getUint16(e + 2, true)) {
      if (view.getUint16(e, true) !== 1) continue;
      // zip64: only the fields that are 0xffffffff in the entry are here, in this order.
      let field = e + 4;
      const next = (): number => Number(view.getBigUint64((field += 8) - 8, true));
      if (unpacked === 0xffffffff) unpacked = next();
      if (packed === 0xffffffff) packed = next();
      if (offset === 0xffffffff) offset = next();
    }
    at = extraEnd + view.getUint16(at + 32, true);
    entries.push({
      name,
      read: () => {
        if (offset + 30 > bytes.length || view.getUint32(offset, true) !== localSignature) {
          throw damaged(`the entry ${name} is missing`);
        }
        const start =
          offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
        if (start + packed > bytes.length) throw damaged(`the entry ${name} is cut short`);
        const body = bytes.subarray(start, start + packed);
        const content = unpack(body, method, unpacked, () => damaged(`the entry ${name}`));
        if (content.length !== unpacked || crc32(content) !== checksum) {
          throw damaged(`the entry ${name} does not match its checksum`);
        }
        return content;
      },
    });
  }
  return entries;
}

function unpack(body: Uint8Array, method: number, size: number, fail: () => Error): Uint8Array {
  if (method === 0) return body;
  if (method !== 8) throw fail();
  try {
    return inflateRawSync(body, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw fail();
  }
}

/** Packs files into an archive; the bytes depend on nothing but the contents. */
export function writeZip(files: Readonly<Record<string, Uint8Array>>, compress = true): Uint8Array {
  return zipSync(files as Record<string, Uint8Array>, {
    level: compress ? 6 : 0,
    mtime: new Date(1980, 0, 1),
  });
}
