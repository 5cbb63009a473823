/** Functions of numbers that neurons and problems know. */
export type ScalarFunction =
  | "exp"
  | "log"
  | "sqrt"
  | "abs"
  | "tanh"
  | "sigmoid"
  | "sin"
  | "cos"
  | "max"
  | "min"
  | "relu"
  | "softplus"
  | "clip";
