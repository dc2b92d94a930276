//! The x86-64 back end of Perilune. Empty until the trace recorder lands.
#![no_std]
#![forbid(unsafe_code)]
