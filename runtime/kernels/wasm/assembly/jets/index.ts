/**
 * The physics kernels in both precisions. The module has no data and no stack in memory: its caller owns
 * every byte and gives addresses.
 */
import { compose, composeGradient } from "./composition";
import { addBias, biasGradient, outer, product } from "./products";

export function product32(
  x: usize,
  w: usize,
  y: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
  wInner: i32,
  wRow: i32,
): void {
  product<f32>(x, w, y, inner, rows, bytes, stride, wInner, wRow);
}
export function product64(
  x: usize,
  w: usize,
  y: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
  wInner: i32,
  wRow: i32,
): void {
  product<f64>(x, w, y, inner, rows, bytes, stride, wInner, wRow);
}
export function outer32(
  x: usize,
  d: usize,
  g: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
): void {
  outer<f32>(x, d, g, inner, rows, bytes, stride);
}
export function outer64(
  x: usize,
  d: usize,
  g: usize,
  inner: i32,
  rows: i32,
  bytes: i32,
  stride: i32,
): void {
  outer<f64>(x, d, g, inner, rows, bytes, stride);
}
export function addBias32(y: usize, b: usize, rows: i32, bytes: i32, stride: i32): void {
  addBias<f32>(y, b, rows, bytes, stride);
}
export function addBias64(y: usize, b: usize, rows: i32, bytes: i32, stride: i32): void {
  addBias<f64>(y, b, rows, bytes, stride);
}
export function biasGradient32(d: usize, g: usize, rows: i32, bytes: i32, stride: i32): void {
  biasGradient<f32>(d, g, rows, bytes, stride);
}
export function biasGradient64(d: usize, g: usize, rows: i32, bytes: i32, stride: i32): void {
  biasGradient<f64>(d, g, rows, bytes, stride);
}
export function compose32(
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
  compose<f32>(kind, z, y, width, bytes, stride, order, table, tableEnd, scratch);
}
export function compose64(
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
  compose<f64>(kind, z, y, width, bytes, stride, order, table, tableEnd, scratch);
}
export function composeGradient32(
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
  composeGradient<f32>(kind, z, y, d, width, bytes, stride, order, table, tableEnd, scratch);
}
export function composeGradient64(
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
  composeGradient<f64>(kind, z, y, d, width, bytes, stride, order, table, tableEnd, scratch);
}
