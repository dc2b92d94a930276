//! The recorder: bytecode, while the interpreter executes it, becomes IR.
