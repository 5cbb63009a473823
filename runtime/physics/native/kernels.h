// The kernels of jets: what runtime/kernels/wasm/assembly/jets does with 16 bytes at a time, here with 64 where a row is
// long enough. A matrix is rows of `bytes` bytes that lie `stride` bytes apart.
#pragma once
#include <cstring>
#include <utility>
#include "activations.h"

constexpr int WIDE = 64;
constexpr int NARROW = 16;

/** Calls f(at, width) over a row: wide vectors first, narrow ones for the rest. */
template <class F>
inline void over(int bytes, F f) {
  int at = 0;
  for (; at + WIDE <= bytes; at += WIDE) f(at, std::integral_constant<int, WIDE>{});
  for (; at < bytes; at += NARROW) f(at, std::integral_constant<int, NARROW>{});
}

template <class T>
inline T number(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/** y[o..o+R) at one place of the rows, C vectors wide. */
template <class T, int B, int R, int C>
inline void tile(const char* x, const char* w, char* y, int inner, long stride, long wInner, long wRow) {
  Vec<T, B> sum[R][C] = {};
  for (int i = 0; i < inner; i++) {
    for (int r = 0; r < R; r++) {
      const Vec<T, B> weight = splat<T, B>(number<T>(w + r * wRow));
      for (int c = 0; c < C; c++) sum[r][c] += weight * load<T, B>(x + c * B);
    }
    x += stride;
    w += wInner;
  }
  for (int r = 0; r < R; r++) {
    for (int c = 0; c < C; c++) store<T, B>(y + r * stride + c * B, sum[r][c]);
  }
}

template <class T, int R>
inline void rowsOfProduct(const char* x, const char* w, char* y, int inner, int bytes, long stride, long wInner, long wRow) {
  int at = 0;
  for (; at + 3 * WIDE <= bytes; at += 3 * WIDE)
    tile<T, WIDE, R, 3>(x + at, w, y + at, inner, stride, wInner, wRow);
  for (; at + WIDE <= bytes; at += WIDE) tile<T, WIDE, R, 1>(x + at, w, y + at, inner, stride, wInner, wRow);
  for (; at < bytes; at += NARROW) tile<T, NARROW, R, 1>(x + at, w, y + at, inner, stride, wInner, wRow);
}

/** y[o] = sum over i of w[i, o] x[i]. */
template <class T>
void product(const char* x, const char* w, char* y, int inner, int rows, int bytes, int stride, int wInner, int wRow) {
  int o = 0;
  for (; o + 4 <= rows; o += 4)
    rowsOfProduct<T, 4>(x, w + o * (long)wRow, y + o * (long)stride, inner, bytes, stride, wInner, wRow);
  for (; o < rows; o++)
    rowsOfProduct<T, 1>(x, w + o * (long)wRow, y + o * (long)stride, inner, bytes, stride, wInner, wRow);
}

/** Sum of the lanes. */
template <class T>
inline double lanes(Vec<T, WIDE> v) {
  double total = 0;
  for (unsigned k = 0; k < WIDE / sizeof(T); k++) total += v[k];
  return total;
}

/** Of two vectors with H partial sums for each of their owners, one with H / 2 for each owner of both. */
template <class T, int H, size_t... K>
inline Vec<T, WIDE> halved(Vec<T, WIDE> a, Vec<T, WIDE> b, std::index_sequence<K...>) {
  constexpr int L = WIDE / sizeof(T);
  // Lane k of the result belongs to owner k / (H / 2); those of b come after those of a.
  return __builtin_shufflevector(a, b, (K / (H / 2) * H + K % (H / 2))...) +
         __builtin_shufflevector(a, b, (K / (H / 2) * H + K % (H / 2) + H / 2)...);
  static_assert(sizeof...(K) == L);
}

/** Sums of the lanes of `count` vectors, count a multiple of the lanes: lane k of the first vectors, in place. */
template <class T, int count, int H = WIDE / sizeof(T)>
inline void sumLanes(Vec<T, WIDE>* v) {
  if constexpr (H > 1) {
    for (int n = 0; n < count / 2; n++) {
      v[n] = halved<T, H>(v[2 * n], v[2 * n + 1], std::make_index_sequence<WIDE / sizeof(T)>{});
    }
    sumLanes<T, count / 2, H / 2>(v);
  }
}

/** g[i..i+I, o..o+O) += sums over the columns of x[i] d[o]. */
template <class T, int I, int O>
inline void outerTile(const char* x, const char* d, double* g, int rows, int bytes, long stride) {
  Vec<T, WIDE> sum[I][O] = {};
  const int wide = bytes / WIDE * WIDE;
  for (int at = 0; at < wide; at += WIDE) {
    for (int i = 0; i < I; i++) {
      const Vec<T, WIDE> left = load<T, WIDE>(x + i * stride + at);
      for (int o = 0; o < O; o++) sum[i][o] += left * load<T, WIDE>(d + o * stride + at);
    }
  }
  constexpr bool isWhole = I * O * sizeof(T) >= WIDE;
  if constexpr (isWhole) sumLanes<T, I * O>(&sum[0][0]);
  const T* sums = reinterpret_cast<const T*>(&sum[0][0]);
  for (int i = 0; i < I; i++) {
    for (int o = 0; o < O; o++) {
      double total = isWhole ? sums[i * O + o] : lanes<T>(sum[i][o]);
      for (int at = wide; at < bytes; at += sizeof(T)) {
        total += (double)number<T>(x + i * stride + at) * (double)number<T>(d + o * stride + at);
      }
      g[i * (long)rows + o] += total;
    }
  }
}

template <class T, int I>
inline void outerRows(const char* x, const char* d, double* g, int rows, int bytes, long stride) {
  int o = 0;
  for (; o + 4 <= rows; o += 4) outerTile<T, I, 4>(x, d + o * stride, g + o, rows, bytes, stride);
  for (; o < rows; o++) outerTile<T, I, 1>(x, d + o * stride, g + o, rows, bytes, stride);
}

/** g[i, o] += sum over columns of x[i] d[o]; g is double and row-major. */
template <class T>
void outer(const char* x, const char* d, double* g, int inner, int rows, int bytes, int stride) {
  int i = 0;
  for (; i + 4 <= inner; i += 4)
    outerRows<T, 4>(x + i * (long)stride, d, g + i * (long)rows, rows, bytes, stride);
  for (; i < inner; i++) outerRows<T, 1>(x + i * (long)stride, d, g + i * (long)rows, rows, bytes, stride);
}

/** Adds b[o] to the first `bytes` of every row (the values, not the derivatives). */
template <class T>
void addBias(char* y, const char* b, int rows, int bytes, int stride) {
  for (int o = 0; o < rows; o++) {
    const T bias = number<T>(b + o * sizeof(T));
    char* row = y + o * (long)stride;
    over(bytes, [&](int at, auto width) {
      store<T, width>(row + at, load<T, width>(row + at) + bias);
    });
  }
}

/** g[o] += sum of the first `bytes` of row o. */
template <class T>
void biasGradient(const char* d, double* g, int rows, int bytes, int stride) {
  for (int o = 0; o < rows; o++) {
    const char* row = d + o * (long)stride;
    Vec<T, WIDE> sum = {};
    int at = 0;
    for (; at + WIDE <= bytes; at += WIDE) sum += load<T, WIDE>(row + at);
    double total = lanes<T>(sum);
    for (; at < bytes; at += sizeof(T)) total += number<T>(row + at);
    g[o] += total;
  }
}

/**
 * One row of Faa di Bruno's table: for each derivative but the value its offset, its number of terms, and per term the
 * order k of f, the number of parts, a factor (double) and the offsets of the parts; all but the factors is int32.
 */
struct Entry {
  const char* at;
  int integer(int place) const { return number<int32_t>(at + 4 * place); }
  int order() const { return integer(0); }
  int parts() const { return integer(1); }
  double factor() const { return number<double>(at + 8); }
  int part(int n) const { return integer(4 + n); }
  const char* next() const { return at + 16 + 4 * parts(); }
};

/** y = f(z) on jets. */
template <class T>
void compose(int kind, const char* z, char* y, int width, int bytes, int stride, int order, const char* table, const char* tableEnd) {
  for (int unit = 0; unit < width; unit++) {
    over(bytes, [&](int at, auto size) {
      constexpr int B = size;
      using A = Activation<T, B>;
      using V = typename A::V;
      const char* pz = z + unit * (long)stride + at;
      char* py = y + unit * (long)stride + at;
      const V z0 = load<T, B>(pz);
      const V y0 = A::value(kind, z0);
      store<T, B>(py, y0);
      if (order == 0) return;
      V f[7] = {};
      A::derivatives(kind, z0, y0, f, order);
      const char* row = table;
      while (row < tableEnd) {
        const long offset = number<int32_t>(row);
        const int terms = number<int32_t>(row + 4);
        row += 8;
        V sum = f[1] * load<T, B>(pz + offset);
        for (int t = 0; t < terms; t++) {
          const Entry entry{row};
          V p = f[entry.order()] * A::number(entry.factor());
          for (int n = 0; n < entry.parts(); n++) p = p * load<T, B>(pz + entry.part(n));
          sum += p;
          row = entry.next();
        }
        store<T, B>(py + offset, sum);
      }
    });
  }
}

/** Turns the gradient of y, in `d`, into the gradient of z, in place. `order` is one above the highest derivative. */
template <class T>
void composeGradient(int kind, const char* z, const char* y, char* d, int width, int bytes, int stride, int order, const char* table, const char* tableEnd) {
  for (int unit = 0; unit < width; unit++) {
    over(bytes, [&](int at, auto size) {
      constexpr int B = size;
      using A = Activation<T, B>;
      using V = typename A::V;
      const long from = unit * (long)stride + at;
      const char* pz = z + from;
      char* pd = d + from;
      V f[7] = {};
      A::derivatives(kind, load<T, B>(pz), load<T, B>(y + from), f, order);
      V zero = f[1] * load<T, B>(pd);
      const char* row = table;
      while (row < tableEnd) {
        const long offset = number<int32_t>(row);
        const int terms = number<int32_t>(row + 4);
        row += 8;
        const V g = load<T, B>(pd + offset);
        store<T, B>(pd + offset, f[1] * g);
        zero += f[2] * load<T, B>(pz + offset) * g;
        for (int t = 0; t < terms; t++) {
          const Entry entry{row};
          const V weight = g * A::number(entry.factor());
          const V lower = weight * f[entry.order()];
          V all = weight * f[entry.order() + 1];
          for (int n = 0; n < entry.parts(); n++) {
            const int own = entry.part(n);
            all = all * load<T, B>(pz + own);
            V others = lower;
            for (int m = 0; m < entry.parts(); m++) {
              if (m != n) others = others * load<T, B>(pz + entry.part(m));
            }
            store<T, B>(pd + own, load<T, B>(pd + own) + others);
          }
          zero += all;
          row = entry.next();
        }
      }
      store<T, B>(pd, zero);
    });
  }
}
