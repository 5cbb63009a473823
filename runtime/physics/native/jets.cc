// The kernels of jets for Node, built by `npm run native` for the processor it runs on. They work in the memory that the
// WebAssembly kernels work in, by the same addresses, and take the same numbers in the same order.
#include <node_api.h>
#include "kernels.h"

namespace {

/** The numbers of a call, addresses among them. */
struct Call {
  static constexpr int MOST = 10;
  char* base;
  int64_t numbers[MOST];
  char* at(int k) const { return base + numbers[k]; }
  double* doubles(int k) const { return reinterpret_cast<double*>(at(k)); }
  int integer(int k) const { return static_cast<int>(numbers[k]); }
};

template <class T>
void callProduct(const Call& c) {
  product<T>(c.at(0), c.at(1), c.at(2), c.integer(3), c.integer(4), c.integer(5), c.integer(6), c.integer(7), c.integer(8));
}
template <class T>
void callOuter(const Call& c) {
  outer<T>(c.at(0), c.at(1), c.doubles(2), c.integer(3), c.integer(4), c.integer(5), c.integer(6));
}
template <class T>
void callAddBias(const Call& c) {
  addBias<T>(c.at(0), c.at(1), c.integer(2), c.integer(3), c.integer(4));
}
template <class T>
void callBiasGradient(const Call& c) {
  biasGradient<T>(c.at(0), c.doubles(1), c.integer(2), c.integer(3), c.integer(4));
}
template <class T>
void callCompose(const Call& c) {
  compose<T>(c.integer(0), c.at(1), c.at(2), c.integer(3), c.integer(4), c.integer(5), c.integer(6), c.at(7), c.at(8));
}
template <class T>
void callComposeGradient(const Call& c) {
  composeGradient<T>(c.integer(0), c.at(1), c.at(2), c.at(3), c.integer(4), c.integer(5), c.integer(6), c.integer(7), c.at(8), c.at(9));
}

using Function = void (*)(const Call&);
/** In the order of `kernelNames` in kernels.ts. */
constexpr const char* names[] = {"product", "outer", "addBias", "biasGradient", "compose", "composeGradient"};
template <class T>
constexpr Function functions[] = {callProduct<T>, callOuter<T>, callAddBias<T>, callBiasGradient<T>, callCompose<T>, callComposeGradient<T>};

/** A memory and the kernels over it. */
struct Attached {
  char* base;
  const Function* functions;
};

/** Reads the numbers of a call from JavaScript. */
Call callOf(napi_env env, napi_callback_info info, void** data) {
  napi_value values[Call::MOST];
  size_t count = Call::MOST;
  Call call = {};
  napi_get_cb_info(env, info, &count, values, nullptr, data);
  for (size_t k = 0; k < count && k < Call::MOST; k++) napi_get_value_int64(env, values[k], &call.numbers[k]);
  call.base = static_cast<Attached*>(*data)->base;
  return call;
}

template <int K>
napi_value one(napi_env env, napi_callback_info info) {
  void* data;
  const Call call = callOf(env, info, &data);
  static_cast<Attached*>(data)->functions[K](call);
  return nullptr;
}

/** run(address, count): a program, 11 words a call. */
napi_value run(napi_env env, napi_callback_info info) {
  void* data;
  const Call program = callOf(env, info, &data);
  const uint32_t* words = reinterpret_cast<const uint32_t*>(program.at(0));
  Call call = {program.base, {}};
  for (int64_t k = 0; k < program.numbers[1]; k++, words += 1 + Call::MOST) {
    for (int n = 0; n < Call::MOST; n++) call.numbers[n] = words[1 + n];
    static_cast<Attached*>(data)->functions[words[0]](call);
  }
  return nullptr;
}

void add(napi_env env, napi_value object, const char* name, napi_callback function, void* data) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, data, &value);
  napi_set_named_property(env, object, name, value);
}

/** attach(buffer, bits): the kernels of a precision over this memory, which must stay alive and keep its size. */
napi_value attach(napi_env env, napi_callback_info info) {
  napi_value values[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  void* base = nullptr;
  size_t length = 0;
  int32_t bits = 0;
  napi_get_arraybuffer_info(env, values[0], &base, &length);
  napi_get_value_int32(env, values[1], &bits);
  auto* data = new Attached{static_cast<char*>(base), bits == 32 ? functions<float> : functions<double>};
  napi_value object;
  napi_create_object(env, &object);
  constexpr napi_callback each[] = {one<0>, one<1>, one<2>, one<3>, one<4>, one<5>};
  for (int k = 0; k < 6; k++) add(env, object, names[k], each[k], data);
  add(env, object, "run", run, data);
  napi_add_finalizer(env, object, data, [](napi_env, void* pointer, void*) { delete static_cast<Attached*>(pointer); }, nullptr, nullptr);
  return object;
}

napi_value init(napi_env env, napi_value exports) {
  add(env, exports, "attach", attach, nullptr);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
