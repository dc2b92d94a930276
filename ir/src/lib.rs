//! The trace IR of Perilune. Empty until the trace recorder lands.
#![no_std]
#![forbid(unsafe_code)]
