/**
 * y = f(z) on jets: Faà di Bruno's formula, forward and reverse.
 *
 * A row holds the derivatives of one unit, one after the other, `bytes` bytes of points each; the value is
 * first. The table lists, for each derivative but the value, in order of rising order:
 *   offset in the row, number of terms, then per term: order k of f, number n of parts, factor (f64), n offsets
 * meaning y_a = f' z_a + sum of terms factor f^(k) z_b1 .. z_bn. All but the factors is i32.
 */
import { derivatives, value } from "./activations";
import { splat } from "./math";

function add<T>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}
function mul<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

/** `scratch` has room for six vectors. */
export function compose<T>(
  kind: i32,
  z: usize,
  y: usize,
  width: i32,
  bytes: i32,
  stride: i32,
  order: i32,
  table: usize,
  tableEnd: usize,
  scratch: usize,
): void {
  for (let unit = 0; unit < width; unit++) {
    for (let at = 0; at < bytes; at += 16) {
      const pz: usize = z + unit * stride + at;
      const py: usize = y + unit * stride + at;
      const z0 = v128.load(pz);
      const y0 = value<T>(kind, z0);
      v128.store(py, y0);
      if (order == 0) continue;
      derivatives<T>(kind, z0, y0, scratch, order);
      const f1 = v128.load(scratch, 16);
      let row = table;
      while (row < tableEnd) {
        const offset: usize = i32.load(row);
        const terms = i32.load(row, 4);
        row += 8;
        let sum = mul<T>(f1, v128.load(pz + offset));
        for (let t = 0; t < terms; t++) {
          const fk = v128.load(scratch + ((<usize>i32.load(row)) << 4));
          const parts = i32.load(row, 4);
          let p = mul<T>(fk, splat<T>(f64.load(row, 8)));
          p = mul<T>(p, v128.load(pz + i32.load(row, 16)));
          p = mul<T>(p, v128.load(pz + i32.load(row, 20)));
          for (let n = 2; n < parts; n++) {
            p = mul<T>(p, v128.load(pz + i32.load(row + (n << 2), 16)));
          }
          sum = add<T>(sum, p);
          row += 16 + (parts << 2);
        }
        v128.store(py + offset, sum);
      }
    }
  }
}

/** Turns the gradient of y, in `d`, into the gradient of z, in place. `order` is one above the highest derivative. */
export function composeGradient<T>(
  kind: i32,
  z: usize,
  y: usize,
  d: usize,
  width: i32,
  bytes: i32,
  stride: i32,
  order: i32,
  table: usize,
  tableEnd: usize,
  scratch: usize,
): void {
  for (let unit = 0; unit < width; unit++) {
    for (let at = 0; at < bytes; at += 16) {
      const from: usize = unit * stride + at;
      const pz: usize = z + from;
      const pd: usize = d + from;
      derivatives<T>(kind, v128.load(pz), v128.load(y + from), scratch, order);
      const f1 = v128.load(scratch, 16);
      const f2 = v128.load(scratch, 32);
      let zero = mul<T>(f1, v128.load(pd));
      let row = table;
      while (row < tableEnd) {
        const offset: usize = i32.load(row);
        const terms = i32.load(row, 4);
        row += 8;
        const g = v128.load(pd + offset);
        v128.store(pd + offset, mul<T>(f1, g));
        zero = add<T>(zero, mul<T>(mul<T>(f2, v128.load(pz + offset)), g));
        for (let t = 0; t < terms; t++) {
          const k: usize = i32.load(row);
          const parts = i32.load(row, 4);
          const offsets = row + 16;
          const weight = mul<T>(g, splat<T>(f64.load(row, 8)));
          const lower = mul<T>(weight, v128.load(scratch + (k << 4)));
          const higher = mul<T>(weight, v128.load(scratch + (k << 4), 16));
          if (parts == 2) {
            const a: usize = i32.load(offsets);
            const b: usize = i32.load(offsets, 4);
            const za = v128.load(pz + a);
            const zb = v128.load(pz + b);
            zero = add<T>(zero, mul<T>(higher, mul<T>(za, zb)));
            v128.store(pd + a, add<T>(v128.load(pd + a), mul<T>(lower, zb)));
            v128.store(pd + b, add<T>(v128.load(pd + b), mul<T>(lower, za)));
          } else {
            let all = higher;
            for (let n = 0; n < parts; n++) {
              const own: usize = i32.load(offsets + (n << 2));
              all = mul<T>(all, v128.load(pz + own));
              let others = lower;
              for (let m = 0; m < parts; m++) {
                if (m != n) others = mul<T>(others, v128.load(pz + i32.load(offsets + (m << 2))));
              }
              v128.store(pd + own, add<T>(v128.load(pd + own), others));
            }
            zero = add<T>(zero, all);
          }
          row += 16 + (parts << 2);
        }
      }
      v128.store(pd, zero);
    }
  }
}
