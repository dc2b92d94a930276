//! Perilune.
#![no_std]
