//! Runs benchmark programs under several interpreters, interleaved.
fn main() {}
