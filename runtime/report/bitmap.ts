/** A picture of cells as a data URI: a bitmap of 8 bits and a palette of 256 colours, which every browser shows. */

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * @param cells numbers in [0, 1], `width` to a row, the first row at the bottom; others are drawn as the lowest
 * @param colours stops of the palette, evenly spaced
 */
export function bitmap(
  cells: ArrayLike<number>,
  width: number,
  colours: readonly Colour[],
): string {
  const height = cells.length / width;
  const row = 4 * Math.ceil(width / 4);
  const start = 54 + 4 * 256;
  const bytes = new Uint8Array(start + row * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, start, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(46, 256, true);
  for (let k = 0; k < 256; k++) {
    const [red, green, blue] = colourAt(colours, k / 255);
    bytes.set([blue, green, red, 0], 54 + 4 * k);
  }
  for (let k = 0; k < cells.length; k++) {
    const value = Math.min(1, Math.max(0, cells[k]! || 0));
    bytes[start + row * Math.floor(k / width) + (k % width)] = Math.round(255 * value);
  }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:image/bmp;base64,${btoa(text)}`;
}

/** The colour at a share of the way along the stops. */
export function colourAt(colours: readonly Colour[], share: number): Colour {
  const place = share * (colours.length - 1);
  const k = Math.min(colours.length - 2, Math.floor(place));
  const [from, to] = [colours[k]!, colours[k + 1]!];
  const mix = (c: 0 | 1 | 2): number => Math.round(from[c] + (place - k) * (to[c] - from[c]));
  return [mix(0), mix(1), mix(2)];
}
